// What a mutant is: a defect as exact replacements, and what exposes it.
import type { Invariant } from "../oracle/evidence.ts";
import type { PlannedFault } from "../plan/faults.ts";

/** One replacement. `from` occurs exactly once in the file. */
export type Edit = { file: string; from: string; to: string };

/**
 * What exposes the defect: a plan with this many inputs and only these faults, every crash of a scenario, or a test. `patience`
 * is in leases without any job ending.
 */
export type Exposure =
  | { by: "plan"; jobs: number; faults: readonly PlannedFault[]; patience?: number }
  | { by: "crashes"; scenario: string }
  | { by: "test"; file: string; test: string };

/** A defect that a test exposes breaks no invariant of the campaign within its short run. */
export type Mutant = {
  name: string;
  invariant: Invariant | "a test";
  edits: readonly Edit[];
  exposure: Exposure;
};
