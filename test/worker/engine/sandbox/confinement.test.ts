// What a sandbox child can reach, tried by the child itself, at the strongest level here and at the weakest.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { realpathSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import type { Confinement, Launcher } from "../../../../worker/engine/sandbox/launch-request.ts";
import { probeLauncher } from "../../../../worker/engine/sandbox/launcher.ts";
import {
  missingConfinement,
  SandboxNotConfined,
} from "../../../../worker/engine/sandbox/missing-confinement.ts";
import { seccompFilter } from "../../../../worker/engine/sandbox/seccomp-filter.ts";
import { act, testSandbox } from "../../../support/sandbox.ts";

const strongest = await probeLauncher();
// An architecture with unknown call numbers, so that no system call can be made for it.
const weakest = await probeLauncher(process.platform, "unheard-of");
/** Refused by Node's permission model or by the kernel; anything else, such as a missing file, shows nothing. */
const refused = { refused: expect.stringMatching(/^(ERR_ACCESS_DENIED|EACCES|EPERM)$/) };

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "confinement-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function listener(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

/** Runs a line of JavaScript under the launcher alone, without Node's permission model; `fails` is its outcome. */
async function outcomeOf(launcher: Launcher, code: string): Promise<string> {
  const directory = await temporaryFolder();
  const { file, args } = launcher.wrap({
    command: [realpathSync(process.execPath), "-e", code],
    readable: [],
    directory,
    limits: { dataBytes: 2 ** 30, fileBytes: 2 ** 20, cpuSeconds: 20 },
  });
  return promisify(execFile)(file, args, { env: {}, cwd: directory }).then(
    ({ stdout }) => stdout.trim(),
    (error: Error & { stderr?: string }) => `failed: ${error.stderr ?? error.message}`,
  );
}

test("a child's environment contains the allocator's settings and its own temporary directory, nothing else", async () => {
  const environment = Object.entries(Object(await act(await testSandbox(), "environment")));
  const others = environment.filter(
    ([name, value]) => !(name.startsWith("MALLOC_") && /^\d+$/.test(String(value))),
  );
  expect(others).toEqual([["TMPDIR", expect.stringContaining("fifo-fleet-sandbox-")]]);
});

test.each([
  ["strongest", strongest],
  ["weakest", weakest],
])(
  "at the %s level a task can neither read other files, write elsewhere, nor start programs",
  async (_, launcher) => {
    const sandbox = await testSandbox({ launcher });
    const secret = join(await temporaryFolder(), "secret");
    await writeFile(secret, "credentials");
    for (const path of [secret, "/etc/passwd", `/proc/${process.pid}/environ`, "/proc/self/environ"]) {
      expect({ path, got: await act(sandbox, "read", { path }) }).toEqual({ path, got: refused });
    }
    const elsewhere = join(await temporaryFolder(), "planted");
    expect(await act(sandbox, "writeElsewhere", { path: elsewhere })).toEqual(refused);
    expect(await act(sandbox, "spawn")).toEqual(refused);
    expect(await act(sandbox, "execute")).toEqual(refused);
  },
);

test.skipIf(strongest.confinement.network === "none")("a task can open no socket", async () => {
  const sandbox = await testSandbox();
  const port = await listener();
  expect(await act(sandbox, "connectTo", { port })).toEqual(refused);
  expect(await act(sandbox, "listen")).toEqual(refused);
});

test.skipIf(weakest.confinement.network === "none")(
  "without a system-call filter a task still reaches no address",
  async () => {
    const sandbox = await testSandbox({ launcher: weakest });
    const port = await listener();
    // A network namespace of its own has no way to anywhere.
    const unreachable = { refused: expect.stringMatching(/^(ENETUNREACH|EPERM|EACCES)$/) };
    expect(await act(sandbox, "connectTo", { port })).toEqual(unreachable);
  },
);

test.skipIf(strongest.confinement.network !== "seccomp")(
  "the kernel refuses sockets, signals and programs even to code that Node does not hold back",
  async () => {
    const port = await listener();
    const report = "(e) => console.log(e.code)";
    expect(
      await outcomeOf(strongest, `require("net").connect(${port}, "127.0.0.1").on("error", ${report})`),
    ).toBe("EPERM");
    expect(
      await outcomeOf(strongest, `try { process.kill(process.ppid, 0) } catch (e) { console.log(e.code) }`),
    ).toBe("EPERM");
    expect(
      await outcomeOf(
        strongest,
        `try { require("child_process").spawnSync("/bin/true").error && console.log("EPERM") } catch (e) { console.log(e.code) }`,
      ),
    ).toBe("EPERM");
    expect(await outcomeOf(strongest, `console.log("runs")`)).toBe("runs");
  },
);

test.skipIf(strongest.confinement.files !== "landlock")(
  "the kernel refuses other files even to code that Node does not hold back",
  async () => {
    const reading = (path: string) =>
      `try { require("fs").readFileSync(${JSON.stringify(path)}); console.log("read") } catch (e) { console.log(e.code) }`;
    expect(await outcomeOf(strongest, reading("/etc/passwd"))).toBe("EACCES");
    expect(await outcomeOf(strongest, reading(`/proc/${process.pid}/environ`))).toBe("EACCES");
    expect(await outcomeOf(strongest, `require("fs").writeFileSync("own", "x"); console.log("wrote")`)).toBe(
      "wrote",
    );
  },
);

test("a file larger than the kernel's limit cannot be made", async () => {
  const code = `try { require("fs").writeFileSync("own", Buffer.alloc(2 ** 21)); console.log("wrote") } catch (e) { console.log(e.code) }`;
  expect(await outcomeOf(strongest, code)).toBe("EFBIG");
});

test("memory beyond the kernel's limit cannot be allocated", async () => {
  const allocating = (times: number) =>
    `try { for (let i = 0, all = []; i < ${times}; i++) all.push(Buffer.alloc(2 ** 26, 1)); console.log("had") } catch (e) { console.log(e.code ?? e.message) }`;
  expect(await outcomeOf(strongest, allocating(4))).toBe("had");
  expect(await outcomeOf(strongest, allocating(40))).toMatch(
    /^(ERR_MEMORY_ALLOCATION_FAILED|Array buffer allocation failed)$/,
  );
});

test("the filter is a whole number of instructions, and undefined where the call numbers are unknown", () => {
  for (const architecture of ["x64", "arm64"]) {
    const bytes = seccompFilter(architecture)?.length ?? 0;
    expect([bytes % 8, bytes > 100 * 8]).toEqual([0, true]);
  }
  expect(seccompFilter("unheard-of")).toBeUndefined();
});

const full: Confinement = {
  network: "seccomp",
  files: "landlock",
  parentDeath: "signal",
  limits: "kernel",
};

test("everything that does not confine a child is named", () => {
  expect(missingConfinement(full)).toEqual([]);
  expect(missingConfinement({ ...full, network: "network-namespace", limits: "shell" })).toEqual([]);
  expect(missingConfinement({ ...full, parentDeath: "cpu-limit" })).toEqual(["parentDeath"]);
  expect(missingConfinement({ network: "none", files: "none", parentDeath: "none", limits: "none" })).toEqual(
    ["network", "files", "parentDeath", "limits"],
  );
});

/** A machine that lacks Landlock: children are started as usual, but the launcher says so. */
const withoutLandlock: Launcher = { ...strongest, confinement: { ...full, files: "none" } };

test("where confinement is required, a machine without it starts no child and leaves no files", async () => {
  const temporaryParent = await temporaryFolder();
  const starting = testSandbox({ launcher: withoutLandlock, confinementRequired: true, temporaryParent });
  await expect(starting).rejects.toThrow(SandboxNotConfined);
  await expect(starting).rejects.toThrow(
    'FLEET_SANDBOX is "required", but decode children are not confined here: nothing bounds files',
  );
  expect(await readdir(temporaryParent)).toEqual([]);
});

test("where confinement is required, a machine that offers it works", async () => {
  const sandbox = await testSandbox({
    launcher: { ...strongest, confinement: full },
    confinementRequired: true,
  });
  expect(sandbox.missing).toEqual([]);
  expect(await act(sandbox, "environment")).toBeDefined();
});

test("elsewhere a worker without confinement works, with a warning that says what is missing", async () => {
  const lines: string[] = [];
  const log = pino({ level: "warn" }, { write: (line: string) => void lines.push(line) });
  const sandbox = await testSandbox({ launcher: withoutLandlock, log });
  expect(sandbox.missing).toEqual(["files"]);
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({ level: 40, missing: ["files"], msg: expect.stringContaining("not confined") }),
  ]);
});
