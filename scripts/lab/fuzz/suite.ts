// What a fuzz suite is: it makes the input of a run and judges the outcome. It does not run, count or report.
import type { Choices } from "./random.ts";

/** The result of one run: an ordinary outcome, or a finding, which is a problem or only worth a look. */
export type RunOutcome = {
  /** Counted under this name, e.g. `decoded` or `refused corrupt`. */
  name: string;
  finding?: { grave: boolean; what: string } | undefined;
};

/** A suite that is ready to run. */
export type ReadySuite = {
  /** Makes the input of a run from its choices alone. */
  input: (choices: Choices) => Buffer;
  /** Feeds the input to what takes it. Never throws because of an input. */
  run: (input: Buffer) => Promise<RunOutcome>;
  /** How many runs may be in progress at once. */
  atOnce: number;
  /** Closes the suite. Resolves to what it left behind, each as a sentence. */
  close: () => Promise<string[]>;
};
