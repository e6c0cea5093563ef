// Judges what a consumer took: every job once, and those of a group in their order, dead letters and new ones each by
// themselves. A letter comes behind what its group has received meanwhile, so the two mix. Pure.
import type { Placed } from "./job.ts";

/** What is wrong, one sentence each. */
export function judge(
  taken: readonly Placed[],
  expected: { letters: readonly Placed[]; produced: readonly Placed[] },
): string[] {
  const problems: string[] = [];
  const seen = new Map<string, number>();
  const last = new Map<string, number>();
  for (const one of taken) {
    seen.set(nameOf(one), (seen.get(nameOf(one)) ?? 0) + 1);
    const row = `${one.from} of ${one.group}`;
    const before = last.get(row) ?? -1;
    if (one.n < before) problems.push(`${nameOf(one)} came after ${one.from} ${before}`);
    last.set(row, Math.max(before, one.n));
  }
  for (const [name, times] of seen) if (times > 1) problems.push(`${name} came ${times} times`);
  for (const one of [...expected.letters, ...expected.produced])
    if (!seen.has(nameOf(one))) problems.push(`${nameOf(one)} never came`);
  return problems;
}

const nameOf = ({ group, from, n }: Placed) => `${from} ${n} of ${group}`;
