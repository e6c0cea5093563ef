// The seeded defects: each still matches the sources and names one invariant. A quick one is caught here; for all of them run
// npm run campaign -- --mutants.
import { expect, test } from "vitest";
import { scenarios } from "../../../../../scripts/lab/campaign/crash/scenarios.ts";
import {
  laterVersion,
  mutated,
  mutatedFiles,
  obedientDecoder,
} from "../../../../../scripts/lab/campaign/mutants/edited-sources.ts";
import { mutants } from "../../../../../scripts/lab/campaign/mutants/mutants.ts";
import { tryMutant } from "../../../../../scripts/lab/campaign/mutants/run-mutants.ts";

test("there are twenty-three mutants with distinct names", () => {
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(23);
});

test.each(mutants)("mutant '$name' matches the worker's sources and changes them", (mutant) => {
  const files = mutatedFiles(mutant);
  expect(files.size).toBeGreaterThan(0);
  for (const { file, to } of mutant.edits) expect(files.get(file)).toContain(to);
});

test("the later version that shares queues with the present one matches the sources too", () => {
  expect(mutatedFiles(laterVersion).size).toBe(3);
});

test("the decoder that obeys hostile pictures matches the sources too", () => {
  expect(mutatedFiles({ name: "obedient", edits: [obedientDecoder] }).size).toBe(1);
});

test("a mutant whose text is missing or occurs twice is refused by name", () => {
  const edit = { file: "a.ts", from: "x", to: "y" };
  expect(() => mutated("abc", edit, "lost")).toThrow(/mutant "lost": .* 0 times in worker\/a\.ts/);
  expect(() => mutated("x x", edit, "twice")).toThrow(/mutant "twice": .* 2 times/);
});

test("the crash scenarios that mutants name exist", () => {
  const names = scenarios.map(({ name }) => name);
  for (const { exposure } of mutants)
    if (exposure.by === "crashes") expect(names).toContain(exposure.scenario);
});

test("the oracle catches a worker that deletes before it commits", async () => {
  const mutant = mutants.find(({ name }) => name === "delete before commit");
  if (mutant === undefined) throw new Error("no mutant has that name");
  expect(await tryMutant(mutant)).toMatchObject({ caught: true, invariant: mutant.invariant });
}, 600_000);
