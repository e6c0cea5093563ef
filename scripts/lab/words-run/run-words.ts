// One run: sends everything, some of it repeatedly, while workers are killed, then compares the table with the reference.
// Duplicates are sent within, exactly at the end of, and long after the five-minute window of SQS and SNS.
import { type WordsSaid, wordsSaid } from "../../../worker/jobs/words/words-said.ts";
import { seededRandom } from "../../local/gateway/faults.ts";
import { referenceCounts, referenceTable } from "./reference.ts";
import { startWorkers } from "./workers.ts";
import { startWorld, type World } from "./world.ts";

export type RunOptions = {
  said: readonly WordsSaid[];
  workers: number;
  killSeconds: number;
  seed: number;
  progress: (line: string) => void;
  /** Seconds without any progress after which the run fails. */
  patienceSeconds: number;
};

/** What a run found; version 1. */
export type RunReport = {
  v: 1;
  messages: number;
  channels: number;
  words: number;
  distinct: number;
  duplicates: { inside: number; edge: number; after: number };
  kills: number;
  deadLetters: number;
  /** Words whose count is not eleven times their occurrences. */
  wrong: number;
  /** Words that log-words has not written. */
  unlogged: number;
  seconds: number;
};

/** The five-minute deduplication window of SQS and SNS, in milliseconds. */
const windowMs = 300_000;

/** Messages sent between two rounds of duplicates at the end of the window. */
const blockSize = 2000;

/** The sender waits while more messages than this are unfinished. */
const backlog = 600;

/** Messages of a block that are sent again at the end of the window. */
const atEdge = 30;

/** Runs it. */
export async function run(options: RunOptions): Promise<RunReport> {
  const startedAt = performance.now();
  const random = seededRandom(options.seed);
  const world = await startWorld();
  const workers = startWorkers({ ...options, env: world.env, count: options.workers, random });
  const duplicates = { inside: 0, edge: 0, after: 0 };
  try {
    for (let start = 0; start < options.said.length; start += blockSize) {
      const block = options.said.slice(start, start + blockSize);
      await sayBlock(world, block, random, duplicates, options);
      options.progress(`${start + block.length} sent, ${workers.kills()} kills, ${world.waiting()} waiting`);
    }
    world.time.jump(3_600_000);
    for (const said of options.said)
      if (random() < 0.05) {
        await world.publish(wordsSaid, said);
        duplicates.after += 1;
      }
    await waitUntilSettled(world, 0, options);
    return await judge(world, options, workers, duplicates, startedAt);
  } finally {
    await workers.stop();
    await world.close();
  }
}

async function sayBlock(
  world: World,
  block: readonly WordsSaid[],
  random: () => number,
  duplicates: RunReport["duplicates"],
  options: RunOptions,
): Promise<void> {
  const edge = block.slice(0, Math.min(atEdge, block.length));
  const say = async (said: WordsSaid) => world.publish(wordsSaid, said);
  const saidAt = await world.time.still(async () => {
    for (const said of edge) await say(said);
    return world.time.now();
  });
  for (const said of block.slice(edge.length)) {
    await say(said);
    if (random() < 0.05) {
      await say(said);
      duplicates.inside += 1;
    }
    if (world.waiting() > backlog) await waitUntilSettled(world, backlog / 2, options);
  }
  await waitUntilSettled(world, backlog / 4, options);
  // As if Slack retried after a minute; leases expire while workers still run the jobs.
  world.time.jump(60_000);
  for (const said of block)
    if (random() < 0.02) {
      await say(said);
      duplicates.inside += 1;
    }
  await world.time.still(async () => {
    for (const [index, offset] of [-1, 0, 1].entries()) {
      const ahead = saidAt + windowMs + offset - world.time.now();
      if (ahead < 0) return;
      world.time.jump(ahead);
      for (const said of edge.filter((_, at) => at % 3 === index)) {
        await say(said);
        duplicates.edge += 1;
      }
    }
  });
}

/** Waits until at most `left` messages are waiting or in flight. */
async function waitUntilSettled(world: World, left: number, { patienceSeconds }: RunOptions): Promise<void> {
  let least = Number.POSITIVE_INFINITY;
  let since = performance.now();
  for (let waiting = world.waiting(); waiting > left; waiting = world.waiting()) {
    if (waiting < least) [least, since] = [waiting, performance.now()];
    if (performance.now() - since > patienceSeconds * 1000)
      throw new Error(`no message was finished for ${patienceSeconds} s; ${waiting} messages are left`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function judge(
  world: World,
  { said }: RunOptions,
  workers: ReturnType<typeof startWorkers>,
  duplicates: RunReport["duplicates"],
  startedAt: number,
): Promise<RunReport> {
  await workers.stop();
  const expected = new Map(
    referenceTable(
      said.map(({ text }) => text),
      11,
    ),
  );
  const found = new Map(await world.counts());
  const all = new Set([...expected.keys(), ...found.keys()]);
  const words = said.reduce(
    (sum, { text }) => sum + [...referenceCounts(text).values()].reduce((some, count) => some + count, 0),
    0,
  );
  return {
    v: 1,
    messages: said.length,
    channels: new Set(said.map(({ channel }) => channel)).size,
    words,
    distinct: expected.size,
    duplicates,
    kills: workers.kills(),
    deadLetters: world.dead(),
    wrong: [...all].filter((word) => expected.get(word) !== found.get(word)).length,
    unlogged: words - workers.logged(),
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
  };
}
