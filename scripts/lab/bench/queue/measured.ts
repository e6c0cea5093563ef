// A row of the queue suite while it is measured.
import type { Contender } from "./consumers.ts";
import type { Drain } from "./drain.ts";
import type { Workload } from "./workload.ts";

/** A row to measure, with its rounds so far. */
export type Measured = { workload: Workload; contender: Contender; rounds: Drain[] };

/** The name of a row: workload and contender. */
export function rowName(workload: Workload, contender: Contender): string {
  return `${workload.name}/${contender.name}`;
}
