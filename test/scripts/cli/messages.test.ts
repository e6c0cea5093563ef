// What a person reads when a command cannot do what was asked: each message from the real command as a process.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";
import { runProcess, runScript } from "../../support/run-process.ts";

const scripts = {
  local: "scripts/local.ts",
  worker: "worker/main.ts",
  submit: "scripts/submit.ts",
  desk: "scripts/desk.ts",
  queues: "scripts/queues.ts",
  provision: "scripts/provision.ts",
} as const;
type Name = keyof typeof scripts;
const names = Object.keys(scripts) as Name[];

const credentials = { AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" };
const settings = { FLEET_NAME: "messages", AWS_REGION: "eu-west-1" };

let folder: string;
let provisioned: Provisioned;
let deadUrl: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "fleet-messages-"));
  writeFileSync(join(folder, "a-file"), "x");
  provisioned = await startProvisioned();
  deadUrl = await urlWithoutServer();
});
afterAll(async () => {
  await provisioned.close();
  rmSync(folder, { recursive: true });
});

/** A loopback URL on which nothing listens. */
async function urlWithoutServer(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
}

const run = (name: Name, args: readonly string[], env: Record<string, string> = {}) =>
  runScript([scripts[name], ...args], { ...settings, ...env });

describe("bad arguments are refused in one line with the command's name, and exit code 2", () => {
  test.each(names)("%s: an unknown option", async (name) => {
    const args = name === "desk" || name === "queues" ? [name === "desk" ? "list" : "status"] : [];
    expect(await run(name, [...args, "--colour"])).toEqual({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(new RegExp(`^${name}: unknown option '--colour'[^\n]*\n$`)),
    });
  });

  test.each(["desk", "queues"] as const)("%s: an unknown subcommand", async (name) => {
    const { code, stderr } = await run(name, ["zzz"]);
    expect([code, stderr]).toEqual([2, `${name}: unknown command 'zzz'\n`]);
  });

  test("the suggestion for a mistyped name is on the same line", async () => {
    const typed = await run("queues", ["statsu"]);
    expect(typed.stderr).toBe("queues: unknown command 'statsu'; did you mean status?\n");
    const option = await run("local", ["--prot", "1"]);
    expect(option.stderr).toBe("local: unknown option '--prot'; did you mean --port?\n");
  });

  test("an argument out of its bounds is reported with the option, the value and the bounds", async () => {
    expect((await run("local", ["--max-workers", "21"])).stderr).toBe(
      "local: option '--max-workers <count>' argument '21' is invalid. It takes a whole number from 1 to 20.\n",
    );
  });

  test("local: --data on a file", async () => {
    const path = join(folder, "a-file");
    const ports = ["--port", "0", "--aws-port", "0", "--smtp-port", "0", "--web-port", "0"];
    for (const data of [path, join(path, "below")]) {
      const { code, stdout, stderr } = await run("local", ["--data", data, ...ports]);
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toMatch(
        /^local: the data folder \S+ cannot be used: [^\n]+; choose another one with --data\n$/,
      );
    }
  });

  test("worker and provision: every setting that is missing has a line", async () => {
    const { code, stderr } = await runScript([scripts.worker], {});
    expect(code).toBe(2);
    expect(stderr).toMatch(/^worker: FLEET_NAME is missing[^\n]*\nworker: AWS_REGION is missing[^\n]*\n$/);
    const provision = await runScript([scripts.provision], {});
    expect([provision.code, provision.stderr]).toEqual([
      2,
      expect.stringMatching(/^provision: AWS_REGION is missing, e\.g\. eu-west-1\n/),
    ]);
  });
});

describe("an endpoint that cannot be used is reported in one line, and exit code 1", () => {
  test.each(["worker", "provision"] as const)("%s: nothing answers", async (name) => {
    const { code, stderr } = await run(name, [], { ...credentials, AWS_ENDPOINT_URL: deadUrl });
    expect([code, stderr]).toEqual([1, `${name}: nothing answers at ${deadUrl} (ECONNREFUSED)\n`]);
  });

  test.each([
    ["submit", ["package.json"]],
    ["desk", ["list"]],
    ["queues", ["status"]],
    ["queues", ["failed"]],
  ] as const)("%s %j: nothing answers", async (name, args) => {
    const { code, stderr } = await run(name, args, { AWS_ENDPOINT_URL: deadUrl });
    const text = `${name}: no FIFO Fleet answers at ${deadUrl}; start it with npm run local\n`;
    expect([code, stderr]).toEqual([1, text]);
  });

  test("conformance: nothing answers, and no rule is judged", async () => {
    expect(await runScript(["scripts/lab.ts", "conformance", "--endpoint", deadUrl])).toEqual({
      code: 1,
      stdout: "",
      stderr: `conformance: nothing answers at ${deadUrl} (ECONNREFUSED)\n`,
    });
  });

  test.each(["worker", "provision"] as const)("%s: no credentials", async (name) => {
    const { code, stderr } = await run(name, [], { AWS_ENDPOINT_URL: provisioned.cloud.url });
    expect([code, stderr]).toEqual([
      1,
      `${name}: no credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE\n`,
    ]);
  });

  test("provision and submit: a wrong secret", async () => {
    const { url } = provisioned.cloud;
    const wrong = { AWS_ENDPOINT_URL: url, ...credentials, AWS_SECRET_ACCESS_KEY: "wrong" };
    const local = '(a local system takes any key id with the secret "local")';
    expect((await run("provision", [], wrong)).stderr).toBe(
      `provision: ${url} refuses these credentials: SignatureDoesNotMatch ${local}\n`,
    );
    expect((await run("submit", ["package.json"], wrong)).stderr).toMatch(
      /^submit: the fleet messages at \S+ refuses these credentials [^\n]+\n$/,
    );
  });
});

describe("a flag that npm kept for itself is refused instead of lost", () => {
  const kept = (name: Name, flag: string) =>
    `${name}: npm kept ${flag} for itself; write npm run ${name} -- and then all arguments\n`;

  test("npm run submit FILE --wait, as a person types it", async () => {
    const { code, stderr } = await runProcess(
      "npm",
      ["run", "--silent", "submit", "package.json", "--wait"],
      {
        HOME: folder,
        npm_config_update_notifier: "false",
      },
    );
    expect([code, stderr]).toEqual([2, expect.stringContaining(kept("submit", "--wait"))]);
  });

  test.each([
    ["submit", ["hello"], "--text", "true"],
    ["desk", ["next"], "--no-save", ""],
    ["queues", ["redrive", "resize-image", "a"], "--group", "true"],
    ["queues", ["purge", "resize-image"], "--dead", "true"],
    ["queues", ["hold", "resize-image"], "--group", "true"],
    ["provision", [], "--no-buckets", ""],
    ["local", [], "--max-workers", "true"],
    ["worker", ["resize-image"], "--jobs", "true"],
  ] as const)("%s %j with %s", async (name, args, flag, value) => {
    const variable = `npm_config_${flag.replace(/^--(no-)?/, "").replaceAll("-", "_")}`;
    const { code, stderr, stdout } = await run(name, args, { npm_lifecycle_event: name, [variable]: value });
    expect([code, stdout, stderr]).toEqual([2, "", kept(name, flag)]);
  });

  test("npm_config_yes, which pipelines set, is neither refused nor taken for --yes", async () => {
    const env = { AWS_ENDPOINT_URL: deadUrl, npm_lifecycle_event: "queues", npm_config_yes: "true" };
    expect((await run("queues", ["purge", "resize-image"], env)).stderr).toMatch(
      /^queues: purge deletes jobs for good and there is no terminal to ask at; confirm with --yes\n$/,
    );
  });

  test("a setting of npm that is also given after -- is no mistake, nor is one of another script", async () => {
    const env = { AWS_ENDPOINT_URL: deadUrl, npm_config_json: "true" };
    const given = await run("queues", ["status", "--json"], { ...env, npm_lifecycle_event: "queues" });
    const other = await run("queues", ["status"], { ...env, npm_lifecycle_event: "test" });
    for (const { stderr } of [given, other]) expect(stderr).toMatch(/^queues: no FIFO Fleet answers/);
  });
});

test("on a Node that cannot run TypeScript, an npm script says in one line what is needed", async () => {
  const old =
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })";
  const { code, stderr } = await runScript([
    "--import",
    `data:text/javascript,${encodeURIComponent(old)}`,
    "--import",
    "./scripts/require-node.mjs",
    scripts.local,
  ]);
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/^FIFO Fleet needs Node 24 [^\n]+20\.20\.2[^\n]+\n$/),
  ]);
});

test.each(names)("%s --help explains the command and exits 0", async (name) => {
  const { code, stdout, stderr } = await run(name, ["--help"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(new RegExp(`^Usage: ${name} `));
});
