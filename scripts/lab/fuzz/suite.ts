// What a fuzz suite is: it makes the input of a run and says what became of it. Runs, counts and reports are not its business.
import type { Choices } from "./random.ts";

/** What one run came to: an ordinary outcome, or a finding, which is a problem or merely worth a look. */
export type RunOutcome = {
  /** Counted under this name, e.g. `decoded` or `refused corrupt`. */
  name: string;
  finding?: { grave: boolean; what: string } | undefined;
};

/** A suite that is ready to run. */
export type ReadySuite = {
  /** The input of a run, from its choices alone. */
  input: (choices: Choices) => Buffer;
  /** Gives it to what takes it. Never throws for an input. */
  run: (input: Buffer) => Promise<RunOutcome>;
  /** Runs that may be under way at once. */
  atOnce: number;
  /** Ends it; answers what it left behind, in words. */
  close: () => Promise<string[]>;
};
