// Redrives many dead letters of many groups in portions, by the code of console and tool, while producers go on and a
// consumer takes what comes.
import { redriveMeant } from "../../queues/redrive/redrive-meant.ts";
import { type Placed, redriven } from "./job.ts";
import { judge } from "./judge.ts";
import { dieAll } from "./letters.ts";
import { startConsuming, startProducing } from "./traffic.ts";
import type { World } from "./world.ts";

/** How much of it. */
export type LoadSize = { letters: number; groups: number; portion: number; seed: number };

/** What came of it; `problems` is empty where every job came once and in order. */
export type LoadReport = {
  portions: number[];
  produced: number;
  taken: number;
  problems: string[];
};

/** Runs it. */
export async function redriveLoad(world: World, size: LoadSize): Promise<LoadReport> {
  const groups = Array.from({ length: size.groups }, (_, index) => `g-${index}`);
  const letters = lettersOf(size, groups);
  await dieAll(world, letters);
  const [producing, consuming] = await Promise.all([
    startProducing(world, groups, size.seed),
    startConsuming(world),
  ]);
  const portions: number[] = [];
  const place = { ...world, by: "redrive-load", now: Date.now };
  const meant = { kind: redriven.kind };
  // A portion that sends nothing is the end; the bound is for a redrive that does not end.
  for (let left = letters.length; left > 0; ) {
    const done = await redriveMeant(place, { definition: redriven as never, meant }, { most: size.portion });
    const sent = done?.sent.length ?? 0;
    portions.push(sent);
    if (sent === 0) break;
    left -= sent;
  }
  const produced = await producing.stop();
  const taken = await consuming.stop();
  return {
    portions,
    produced: produced.length,
    taken: taken.length,
    problems: judge(taken, { letters, produced }),
  };
}

const lettersOf = ({ letters, seed }: LoadSize, groups: readonly string[]): Placed[] =>
  Array.from({ length: letters }, (_, index) => {
    const at = (index + seed) % groups.length;
    return { group: groups[at] ?? "", from: "letter", n: Math.floor(index / groups.length) };
  });
