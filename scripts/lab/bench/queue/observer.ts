// The observer: runs the jobs of the consumer under test and counts starts that break a group's order. It knows nothing about
// queues, and no consumer can influence it.
import { setTimeout as wait } from "node:timers/promises";
import type { BenchJob } from "./workload.ts";

/** What was observed. A job started while an earlier one of its group runs, or after a later one, is a violation. */
export type Observed = { started: number; overlaps: number; late: number; repeated: number };

type Group = { running: number; highest: number; seen: Set<number> };

/** Makes an observer with its own counters. */
export function createObserver(): { run: (job: BenchJob) => Promise<void>; observed: () => Observed } {
  const groups = new Map<string, Group>();
  const counts: Observed = { started: 0, overlaps: 0, late: 0, repeated: 0 };
  const groupOf = (name: string): Group => {
    const known = groups.get(name);
    if (known !== undefined) return known;
    const fresh: Group = { running: 0, highest: -1, seen: new Set() };
    groups.set(name, fresh);
    return fresh;
  };
  const note = (group: Group, sequence: number): void => {
    counts.started += 1;
    if (group.running > 0) counts.overlaps += 1;
    else if (sequence < group.highest) counts.late += 1;
    if (group.seen.has(sequence)) counts.repeated += 1;
    group.seen.add(sequence);
    group.highest = Math.max(group.highest, sequence);
  };
  return {
    run: async (job) => {
      const group = groupOf(job.group);
      note(group, job.sequence);
      group.running += 1;
      try {
        await (job.ms > 0 ? wait(job.ms) : Promise.resolve());
      } finally {
        group.running -= 1;
      }
    },
    observed: () => ({ ...counts }),
  };
}
