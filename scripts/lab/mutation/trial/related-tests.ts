// Which tests are tried against a mutant of a file, and in which order: nearest first.
import { basename, dirname } from "node:path";
import type { ImportGraph } from "./import-graph.ts";

/** Whole flows take minutes and see little that nearer tests do not; they are tried only when asked for. */
const isFlow = (test: string) => test.startsWith("test/flows/");

/**
 * Tests that reach a file, nearest first: the test that mirrors the file, those of its folder, the others by the number of
 * imports between.
 */
export function relatedTests(graph: ImportGraph, file: string, { flows = false } = {}): string[] {
  const mirrored = `test/${file.replace(/\.tsx?$/, ".test.ts")}`;
  return graph
    .below("test")
    .filter((test) => test.endsWith(".test.ts") && (flows || !isFlow(test)))
    .flatMap((test) => {
      const steps = graph.distances(test).get(file);
      return steps === undefined ? [] : [{ test, rank: rankOf(test, mirrored) * 100 + steps }];
    })
    .sort((one, other) => one.rank - other.rank || one.test.localeCompare(other.test))
    .map(({ test }) => test);
}

function rankOf(test: string, mirrored: string): number {
  if (test === mirrored) return 0;
  if (dirname(test) === dirname(mirrored))
    return basename(test).startsWith(basename(mirrored, ".test.ts")) ? 1 : 2;
  if (test.startsWith(dirname(dirname(mirrored)))) return 3;
  return isFlow(test) ? 5 : 4;
}
