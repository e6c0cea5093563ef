// The sizes of what is shipped: a function's and the worker's start takes longer with every kilobyte that it loads. A size beyond its
// room is a decision, which changes this file, be it smaller or larger.
import { mkdtemp, rm, stat } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundleFunction } from "../../../scripts/build/bundle-function.ts";
import { bundleWorker } from "../../../scripts/build/bundle-worker.ts";

const root = resolve(import.meta.dirname, "../../..");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fleet-sizes-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Room around a size: what a day's work adds or takes away. */
const room = 0.1;
const near = (bytes: number, kilobytes: number) => Math.abs(bytes / 1000 - kilobytes) <= kilobytes * room;

test.each([
  ["image-uploaded", 318],
  ["mail-received", 268],
  ["slack-message", 438],
  ["record-changed", 327],
  ["file-uploaded", 317],
] as const)("the trigger %s is about %i kB", async (name, kilobytes) => {
  const file = join(folder, `${name}.cjs`);
  await bundleFunction(root, `triggers/${name}.ts`, file);
  const { size } = await stat(file);
  expect(near(size, kilobytes), `${Math.round(size / 1000)} kB`).toBe(true);
});

test("the worker loads about 740 kB before it receives and another 510 for its jobs, and a decode child less than 10 before it serves", async () => {
  const { outputs } = await bundleWorker(root, join(folder, "worker"));
  /** An output with everything that it imports at once. */
  const loaded = (name: string, found = new Set<string>()): number => {
    if (found.has(name) || !outputs[name]) return 0;
    found.add(name);
    const { bytes, imports } = outputs[name];
    return imports
      .filter(({ kind }) => kind === "import-statement")
      .reduce((sum, { path }) => sum + loaded(path, found), bytes);
  };
  const nameOf = (entry: string) =>
    Object.keys(outputs).find((name) => outputs[name]?.entryPoint?.endsWith(entry)) ?? "";
  const before = new Set<string>();
  const of = (entry: string, found?: Set<string>) => loaded(nameOf(entry), found);
  const [worker, child] = [of("worker/process/live.ts", before), of("worker/jobs/sandbox/child.ts")];
  expect(near(worker, 740), `${Math.round(worker / 1000)} kB`).toBe(true);
  const jobs =
    loaded(nameOf("worker/process/job-clients.ts"), before) +
    loaded(nameOf("worker/jobs/handlers.ts"), before);
  expect(near(jobs, 510), `${Math.round(jobs / 1000)} kB`).toBe(true);
  // The tasks are loaded when they are needed, or right after the child serves where the worker says so.
  expect(child).toBeLessThan(10_000);
  // With an import Node would read all of a module's exports, and load undici for those of node:http.
  const imports = Object.values(outputs).flatMap((output) => output.imports);
  expect(imports.filter(({ path, kind }) => kind === "import-statement" && isBuiltin(path))).toEqual([]);
});
