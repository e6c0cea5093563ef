// Mutation testing: which defects are made of a text, which tests judge them, and that the list of equivalents is true.
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { areaOf } from "../../../../scripts/lab/mutation/areas.ts";
import { type Asked, chooseMutants } from "../../../../scripts/lab/mutation/choose.ts";
import { equivalents, withoutEquivalents } from "../../../../scripts/lab/mutation/equivalents.ts";
import { applied, mutantsOf } from "../../../../scripts/lab/mutation/mutants/mutants-of.ts";
import { scoreOf } from "../../../../scripts/lab/mutation/report.ts";
import { runMutation } from "../../../../scripts/lab/mutation/run-mutation.ts";
import { ImportGraph } from "../../../../scripts/lab/mutation/trial/import-graph.ts";
import { relatedTests } from "../../../../scripts/lab/mutation/trial/related-tests.ts";
import { isByTime } from "../../../../scripts/lab/mutation/trial/test-runner.ts";

const root = resolve(import.meta.dirname, "../../../..");
const graph = new ImportGraph(root);
const changesOf = (text: string) => mutantsOf("a.ts", text).map(({ change }) => change);

/** Runs the command; what it wrote and its exit code. */
async function run(...args: string[]) {
  const written = { stdout: "", stderr: "" };
  const to = (stream: keyof typeof written) => ({
    write: (text: unknown) => {
      written[stream] += String(text);
      return true;
    },
  });
  const signal = new AbortController().signal;
  const code = await runMutation(args, { stdout: to("stdout"), stderr: to("stderr"), signal });
  return { code, ...written };
}

test("comparisons, conditions, results, calls, constants and optional chains are changed, one at a time", () => {
  expect(changesOf("if (a >= b) f();")).toEqual([
    "a >= b → true",
    "a >= b → false",
    ">= → >",
    ">= → <",
    "f(); → ;",
  ]);
  expect(changesOf("const a = () => b && !c;")).toEqual([
    "b && !c → undefined",
    "b && !c → (b)",
    "b && !c → (!c)",
    "!c → (c)",
  ]);
  expect(changesOf("const g = async () => { await f(60); };")).toEqual([
    "await f(60); → ;",
    "await f(60); → f(60);",
    "60 → 600",
  ]);
  expect(changesOf("x = Math.min(y?.z, 1);")).toEqual([
    "x = Math.min(y?.z, 1); → ;",
    "min → max",
    "?. → .",
    "1 → 2",
  ]);
});

test("every mutant is one change that is still TypeScript, and types, logs and words for people have none", () => {
  const text = 'type A = "x" | 1;\nlog.warn({ n: 1 }, "it failed");\nthrow new RangeError("too long");\n';
  expect(changesOf(text)).toEqual(['throw new RangeError("too long"); → ;']);
  const file = "worker/engine/lease/lease.ts";
  const source = graph.read(file);
  for (const mutant of mutantsOf(file, source)) expect(applied(source, mutant)).not.toBe(source);
});

test("a mutant keeps its id when lines are added above it", () => {
  const ids = (text: string) => mutantsOf("a.ts", text).map(({ id }) => id);
  expect(ids("\n\n// further down\nif (a > 1) b();")).toEqual(ids("if (a > 1) b();"));
});

test("a mutant is tried against the test beside its file first, and against no flow unless asked", () => {
  const file = "worker/engine/lease/lease.ts";
  const tests = relatedTests(graph, file);
  expect(tests.slice(0, 2)).toEqual([
    "test/worker/engine/lease/lease.test.ts",
    "test/worker/engine/lease/heartbeat.test.ts",
  ]);
  expect(tests.filter((one) => one.startsWith("test/flows/"))).toEqual([]);
  expect(relatedTests(graph, file, { flows: true }).length).toBeGreaterThan(tests.length);
});

test("a program that a test starts belongs to what the test reaches", () => {
  const tests = relatedTests(graph, "worker/engine/sandbox/serve-tasks.ts");
  expect(tests).toContain("test/worker/engine/sandbox/lifecycle.test.ts");
});

test("every entry of the list of equivalents matches a mutant of today's sources, belongs to an area and has a reason", () => {
  const files = [...new Set(equivalents.map(({ file }) => file))];
  const mutants = files.flatMap((file) => mutantsOf(file, graph.read(file)));
  expect(withoutEquivalents(mutants).outdated).toEqual([]);
  expect(files.filter((file) => areaOf(file) === undefined)).toEqual([]);
  const stale = { file: files[0] ?? "", code: "gone();", changes: ["gone(); → ;"], reason: "for the test" };
  expect(withoutEquivalents(mutants, [stale]).outdated).toEqual([`${stale.file}: gone();: gone(); → ;`]);
});

test("the score leaves equivalents aside", () => {
  const counts = { killed: 9, byTime: 2, equivalent: 5, survived: 1 };
  expect(scoreOf("lease", counts)).toEqual({ area: "lease", mutants: 15, ...counts, score: 90 });
});

test("a test that did not end is told from one that failed, whatever its name", () => {
  expect(["did not end within 18 s", "jobs did not end within 18 s"].map(isByTime)).toEqual([true, false]);
});

test("mutants of a small file are tried, and one that no test sees is shown", async () => {
  const { code, stdout } = await run(
    ...["--only", "worker/engine/execute/backoff.ts", "--sample", "2", "--tests", "1"],
    ...["--parallel", "1", "--fresh", "--least", "0", "--json"],
  );
  expect(code).toBe(0);
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({ v: 1, areas: [{ area: "engine", mutants: 2 }], outdated: [] });
  expect(report.areas[0].killed + report.areas[0].survived).toBe(2);
  expect(report.areas[0].byTime).toBeLessThanOrEqual(report.areas[0].killed);
  expect(report.areas[0].killed).toBeGreaterThan(0);
});

test("an area is chosen by its name, without the folders that do not belong to it", () => {
  const chosen = chooseMutants(graph, { only: "triggers", sample: 50 });
  expect(chosen.map(({ area, mutants, equivalent }) => [area, mutants.length + equivalent.length])).toEqual([
    ["triggers", 50],
  ]);
  expect(chosen.flatMap(({ mutants }) => mutants).filter(({ file }) => /^triggers\/web/.test(file))).toEqual(
    [],
  );
});

test("a sample after the first ones shares no mutant with them", () => {
  const idsOf = (asked: Asked) =>
    chooseMutants(graph, { only: "worker/engine/lease", ...asked }).flatMap(({ mutants, equivalent }) =>
      [...mutants, ...equivalent].map(({ id }) => id),
    );
  const [first, second] = [idsOf({ sample: 20 }), idsOf({ sample: 20, skip: 20 })];
  expect([first.length, second.length, new Set([...first, ...second]).size]).toEqual([20, 20, 40]);
  expect(idsOf({ sample: 40 }).sort()).toEqual([...first, ...second].sort());
});

test("a path without sources is refused with one line", async () => {
  const { code, stderr } = await run("--only", "worker/nothing");
  expect(code).toBe(2);
  expect(stderr).toBe(
    "mutation: --only takes an area, a source file or a folder of sources; worker/nothing is none\n",
  );
});
