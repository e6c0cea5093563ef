// `npm run new-job` in a copy of the sources: what it writes is complete and runs, and taken or ill-formed names are refused.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { longestKind } from "../../../scripts/new-job/job-name.ts";
import { runNewJob } from "../../../scripts/new-job/run-new-job.ts";
import { collected } from "../../support/written.ts";

const project = resolve(import.meta.dirname, "../../..");
let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "new-job-"));
  mkdirSync(join(root, "test"));
  for (const part of [
    "worker",
    "triggers",
    "scripts",
    "infra",
    "test/support",
    "package.json",
    "biome.json",
    ".gitignore",
  ])
    cpSync(join(project, part), join(root, part), { recursive: true });
  for (const part of ["vitest.config.ts", "tsconfig.json"]) cpSync(join(project, part), join(root, part));
  symlinkSync(join(project, "node_modules"), join(root, "node_modules"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function newJob(name: string) {
  const { stdout, stderr, texts } = collected();
  const code = await runNewJob([name], { env: {}, stdout, stderr, root });
  return { code, ...texts };
}

const inCopy = (args: string[]) => spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });

test("what it writes is formatted, registered, and its first test is green at once", async () => {
  const { code, stdout, stderr } = await newJob("people/greet-person");
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("npm run enqueue -- greet-person");
  const read = (path: string) => readFileSync(join(root, path), "utf8");
  expect(read("worker/jobs/catalog.ts")).toContain('  "greet-person": greetPerson,\n} as const;');
  expect(read("worker/jobs/handlers.ts")).toContain('    "greet-person": greetPersonHandler(),\n  };');
  const written = stdout.match(/(?<=^wrote ).+$/gm) ?? [];
  expect(written).toHaveLength(5);
  expect(inCopy(["node_modules/@biomejs/biome/bin/biome", "check", ...written]).status).toBe(0);
  const run = inCopy([
    "node_modules/vitest/vitest.mjs",
    "run",
    "test/worker/jobs/people/greet-person.test.ts",
  ]);
  expect([run.status, run.stdout]).toEqual([0, expect.stringMatching(/2 passed/)]);
});

test("a second kind of the longest name fits beside it, formatted", async () => {
  const longest = "thank-very-important-visitors-at-once";
  expect(longest).toHaveLength(longestKind);
  expect((await newJob(`people/${longest}-again`)).code).toBe(2);
  expect((await newJob(`people/${longest}`)).code).toBe(0);
  expect(inCopy(["node_modules/@biomejs/biome/bin/biome", "check", "worker/jobs", "test"]).status).toBe(0);
});

test.each([
  ["greet", 2, "takes DOMAIN/KIND, e.g. people/greet-person"],
  ["people/greet", 2, 'kind: "greet" must be a verb and a noun'],
  ["People/greet-person", 2, 'domain: "People" must have'],
  ["people/greetPerson", 2, 'kind: "greetPerson" must be'],
  ["a/b/c", 2, "takes DOMAIN/KIND"],
  ["../greet-person", 2, 'domain: ".." must have'],
  ["outbox/greet-someone", 2, "outbox is a folder of the engine's parts"],
  ["pictures/resize-image", 1, "there is resize-image already, in worker/jobs/pictures/resize-image"],
  ["mail/resize-image", 1, "there is resize-image already"],
  ["people/create-handlers", 1, "worker/jobs/handlers.ts has the name createHandlers already"],
  ["people/dead-letter", 1, "dead-letter is a word of the engine"],
])("%s is refused with exit code %d: %s", async (name, code, text) => {
  const before = readFileSync(join(root, "worker/jobs/catalog.ts"), "utf8");
  const refused = await newJob(name);
  expect([refused.code, refused.stdout]).toEqual([code, ""]);
  expect(refused.stderr).toContain(text);
  expect(readFileSync(join(root, "worker/jobs/catalog.ts"), "utf8")).toBe(before);
});
