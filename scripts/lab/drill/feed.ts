// Work for a drill: submits pictures as fast as they are completed, so that workers always hold some, and notes the outcome
// of each.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { GetCommand, paginateScan } from "@aws-sdk/lib-dynamodb";
import { readJobRow } from "../../../worker/engine/ledger/job-row.ts";
import { systemClock } from "../../../worker/fleet/clock.ts";
import { createJobWatch, type JobWatch } from "../../submit/job-watch.ts";
import { submitPicture } from "../../submit/picture.ts";
import type { Target } from "../../submit/target.ts";
import { makePictures } from "../bench/pictures/bank.ts";

/** What happened to the inputs that were fed. */
export type Fed = {
  fed: number;
  /** Not taken by their entrance: nobody was promised anything, but an effect may have followed. */
  refused?: number;
  completed: number;
  rejected: number;
  deadLettered: number;
  /** Without an outcome when the time was over. */
  lost: number;
  /** Inputs that the fleet's tables count, pictures in their albums: one for each completed, or an effect was doubled or lost. */
  counted: number;
  /** Runs aborted by an interruption. They do not count as failures. */
  aborted: number;
};

/** A running feed. */
export type Feed = {
  start: () => void;
  stop: (patienceSeconds: number) => Promise<Fed>;
  close: () => Promise<void>;
};

/** Pictures in progress: more than two workers with twelve slots run, fewer than one worker would hold. */
const underWay = 32;

/** Makes the pictures and prepares to feed them into an album of the drill's own. */
export async function prepareFeed(target: Target, album: string): Promise<Feed> {
  const folder = await mkdtemp(join(tmpdir(), "fifo-fleet-drill-"));
  const names = await makePictures(folder);
  const watch = createJobWatch({ db: target.db, table: target.names.tables.jobs, clock: systemClock });
  const end = new AbortController();
  const jobs: string[] = [];
  const outcomes = { completed: 0, rejected: 0, deadLettered: 0 };
  const loops: Promise<void>[] = [];
  let number = 0;
  const loop = async () => {
    while (!end.signal.aborted) {
      number += 1;
      const name = names[number % names.length] ?? "";
      const source = { from: "file", path: join(folder, name), key: keyOf(album, number, name) } as const;
      const jobId = await submitPicture(target, source, new AbortController().signal);
      jobs.push(jobId);
      await noteEnd(watch, jobId, outcomes);
    }
  };
  return {
    start: () => void loops.push(...Array.from({ length: underWay }, loop)),
    stop: async (patienceSeconds) => {
      end.abort();
      const over = new AbortController();
      const late = systemClock.sleep(patienceSeconds * 1000, over.signal).then(() => watch.close());
      await Promise.all(loops);
      over.abort();
      await late;
      const { completed, rejected, deadLettered } = outcomes;
      const lost = jobs.length - completed - rejected - deadLettered;
      return { fed: jobs.length, ...outcomes, lost, ...(await effectsOf(target, album, jobs)) };
    },
    close: async () => {
      end.abort();
      watch.close();
      await Promise.allSettled(loops);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function noteEnd(
  watch: JobWatch,
  jobId: string,
  outcomes: Pick<Fed, "completed" | "rejected" | "deadLettered">,
): Promise<void> {
  const ended = await watch.ended(jobId);
  if (ended !== undefined) outcomes[ended.outcome === "dead-lettered" ? "deadLettered" : ended.outcome] += 1;
}

/** Several albums, because pictures of one album are counted one after another. */
const albums = 8;

const keyOf = (album: string, number: number, name: string) =>
  `${album}/${number % albums}/${number}${extname(name)}`;

/** Pictures that the fleet's albums count, and interruptions of these jobs. */
async function effectsOf(
  target: Target,
  album: string,
  jobs: readonly string[],
): Promise<Pick<Fed, "counted" | "aborted">> {
  const { db, names } = target;
  let counted = 0;
  for (let index = 0; index < albums; index += 1) {
    const Key = { album: `${album}/${index}` };
    const { Item } = await db.send(
      new GetCommand({ TableName: names.tables.albums, Key, ConsistentRead: true }),
    );
    counted += Number(Item?.pictures ?? 0);
  }
  return { counted, aborted: await interruptionsOf(target, jobs) };
}

/** Runs of these jobs that the ledger notes as ended by an interruption or by the cloud's trouble. */
export async function interruptionsOf(
  { db, names }: Pick<Target, "db" | "names">,
  jobs: readonly string[],
): Promise<number> {
  const ours = new Set(jobs);
  let found = 0;
  const scan = { TableName: names.tables.jobs, ConsistentRead: true };
  for await (const { Items = [] } of paginateScan({ client: db }, scan))
    for (const item of Items) if (ours.has(item.jobId)) found += readJobRow(item).interruptions;
  return found;
}
