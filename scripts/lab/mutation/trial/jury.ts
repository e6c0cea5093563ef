// Tries mutants one at a time: writes each into the workspace, runs the tests that reach its file, puts the file back.
import { applied, type Mutant } from "../mutants/mutants-of.ts";
import type { ImportGraph } from "./import-graph.ts";
import { relatedTests } from "./related-tests.ts";
import type { TestRunner } from "./test-runner.ts";
import { hashOf, type Verdict, type Verdicts } from "./verdicts.ts";
import type { Workspace } from "./workspace.ts";

/** Options of a jury. */
export type JuryOptions = {
  graph: ImportGraph;
  workspace: Workspace;
  runner: TestRunner;
  verdicts: Verdicts;
  /** Seconds of tests, as they take without a mutant, that a mutant is tried against. */
  testSeconds: number;
  flows: boolean;
  /** Whether earlier verdicts count. */
  fresh: boolean;
  /** Told of tests that fail without a mutant: they judge nothing. */
  onBroken: (test: string, failed: string) => void;
};

/** A mutated run may take this much longer than one without. */
const limitOf = (baselineMs: number) => 3 * baselineMs + 15_000;

const longestBaselineMs = 300_000;

/** Judges mutants. */
export class Jury {
  readonly #options: JuryOptions;
  #changed: string[] = [];
  /** Tests that have failed without a mutant in this run. A later run tries them again: the machine may have been too busy. */
  readonly #broken = new Set<string>();

  constructor(options: JuryOptions) {
    this.#options = options;
  }

  /** Finds the test that sees a mutant; nothing when none does. */
  async judge(mutant: Mutant): Promise<Verdict & { cached: boolean }> {
    const { graph, verdicts, fresh } = this.#options;
    const tests = await this.#testsFor(mutant);
    const hashOfTests = (test: string | undefined) =>
      hashOf([
        graph.read(mutant.file),
        ...(test === undefined ? tests : [test]).map((file) => graph.read(file)),
      ]);
    const known = fresh ? undefined : verdicts.verdict(mutant.id, hashOfTests);
    if (known !== undefined) return { ...known, cached: true };
    const found = await this.#try(mutant, tests);
    verdicts.keep(mutant.id, hashOfTests(found.test), found);
    verdicts.save();
    return { ...found, cached: false };
  }

  async #try(mutant: Mutant, tests: readonly string[]): Promise<Verdict> {
    const { graph, workspace, verdicts } = this.#options;
    const text = graph.read(mutant.file);
    const last = verdicts.lastSeenBy(mutant.id);
    const order = [...tests.filter((test) => test === last), ...tests.filter((test) => test !== last)];
    workspace.write(mutant.file, applied(text, mutant));
    this.#changed.push(mutant.file);
    try {
      for (const test of order) {
        const { failed } = await this.#run(test, limitOf((await this.#baseline(test)).ms));
        if (failed !== undefined) return { killedBy: failed, test };
      }
      return { killedBy: undefined, test: undefined };
    } finally {
      workspace.write(mutant.file, text);
      this.#changed.push(mutant.file);
    }
  }

  /** The nearest tests that pass without a mutant, as many as fit into the time. */
  async #testsFor({ file }: Mutant): Promise<string[]> {
    const { graph, flows, testSeconds } = this.#options;
    const chosen: string[] = [];
    let left = testSeconds * 1000;
    for (const test of relatedTests(graph, file, { flows })) {
      const { ms, failed } = await this.#baseline(test);
      if (failed !== undefined) continue;
      left -= ms;
      if (left < 0 && chosen.length > 0) break;
      chosen.push(test);
    }
    return chosen;
  }

  async #baseline(test: string): Promise<{ ms: number; failed?: string | undefined }> {
    const { graph, verdicts, onBroken } = this.#options;
    const hash = hashOf([graph.read(test)]);
    const known = verdicts.baseline(test, hash);
    if (known !== undefined && (known.failed === undefined || this.#broken.has(test))) return known;
    const found = await this.#run(test, longestBaselineMs);
    if (found.failed !== undefined) {
      this.#broken.add(test);
      onBroken(test, found.failed);
    }
    verdicts.keepBaseline(test, hash, found);
    return found;
  }

  async #run(test: string, withinMs: number): Promise<{ ms: number; failed: string | undefined }> {
    const changed = [...new Set(this.#changed)];
    this.#changed = [];
    return this.#options.runner.run({ test, changed }, withinMs);
  }
}
