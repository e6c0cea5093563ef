// The steady load of a soak: inputs at a rate, handed in as people do, and what became of each.
import { readFile, rm, writeFile } from "node:fs/promises";
import { extname } from "node:path";
import type { Clock } from "../../../worker/fleet/clock.ts";
import { createJobWatch, type JobWatch } from "../../submit/job-watch.ts";
import { kindOf } from "../../submit/kinds.ts";
import type { Source } from "../../submit/source.ts";
import type { Target } from "../../submit/target.ts";
import type { InputFiles } from "./inputs.ts";

/** What became of the inputs so far. */
export type LoadCounts = {
  /** Handed in and acknowledged. */
  submitted: number;
  /** Not taken in, whatever was retried: nobody was promised anything. */
  refused: number;
  completed: number;
  rejected: number;
  deadLettered: number;
  /** Acknowledged, but without an outcome within the time given. */
  lost: number;
};

/** What the load needs. */
export type LoadOptions = {
  target: Target;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  files: InputFiles;
  /** Inputs a second, while not too many are under way. */
  rate: number;
  /** A job without an outcome after this long is lost. */
  patienceSeconds: number;
};

/** A running load. */
export type Load = { counts: LoadCounts; underWay: () => number; finished: Promise<void> };

/** Above this many under way feeding waits, so that a slow machine is kept busy and not buried. */
const mostUnderWay = 60;

/** Keys are used again, so that tables and buckets stay of one size. */
const differentKeys = 500;
const picturesAnAlbum = 25;

/** Feeds until `signal` aborts; `finished` resolves when every input has ended or is lost. */
export function startLoad(options: LoadOptions, signal: AbortSignal): Load {
  const { target, clock } = options;
  const counts = { submitted: 0, refused: 0, completed: 0, rejected: 0, deadLettered: 0, lost: 0 };
  const watch = createJobWatch({ db: target.db, table: target.names.tables.jobs, clock });
  const underWay = new Set<Promise<void>>();
  const feed = async () => {
    for (let number = 0; !signal.aborted; number += 1) {
      await clock.sleep(1000 / options.rate, signal);
      if (underWay.size >= mostUnderWay || signal.aborted) continue;
      const one: Promise<void> = handIn(options, watch, counts, number).finally(() => underWay.delete(one));
      underWay.add(one);
    }
    await Promise.all(underWay);
    watch.close();
  };
  return { counts, underWay: () => underWay.size, finished: feed() };
}

async function handIn(
  options: LoadOptions,
  watch: JobWatch,
  counts: LoadCounts,
  number: number,
): Promise<void> {
  const jobId = await submitted(options.target, sourceOf(options, number), number);
  if (jobId === undefined) {
    counts.refused += 1;
    return;
  }
  counts.submitted += 1;
  counts[await endOf(options, watch, jobId)] += 1;
}

/** The id of the job that was promised; nothing when the input was not taken. */
async function submitted(target: Target, source: Source, number: number): Promise<string | undefined> {
  const kind = kindOf(source);
  if (typeof kind === "string") return undefined;
  const { signal } = new AbortController();
  if (source.from !== "mail") return kind.submit(target, source, signal).catch(() => undefined);
  // The same mail twice would be one submission.
  const path = `${source.path}.${number}`;
  await writeFile(
    path,
    `Message-ID: <${number}@soak.example>\r\n${await readFile(source.path, "latin1")}`,
    "latin1",
  );
  try {
    return await kind.submit(target, { from: "mail", path }, signal).catch(() => undefined);
  } finally {
    await rm(path);
  }
}

async function endOf(
  { clock, patienceSeconds }: LoadOptions,
  watch: JobWatch,
  jobId: string,
): Promise<"completed" | "rejected" | "deadLettered" | "lost"> {
  const over = new AbortController();
  const late = clock.sleep(patienceSeconds * 1000, over.signal).then(() => undefined);
  try {
    for (;;) {
      // The watch gives up when the table cannot be read for a while; the job may still end.
      const outcome = await Promise.race([watch.ended(jobId).catch(() => "unread" as const), late]);
      if (outcome === undefined) return "lost";
      if (outcome === "unread") continue;
      return outcome.outcome === "dead-lettered" ? "deadLettered" : outcome.outcome;
    }
  } finally {
    over.abort();
  }
}

/** Two pictures to one mail, and a text where texts are taken. */
function sourceOf({ random, files }: LoadOptions, number: number): Source {
  const pick = (paths: readonly string[]) => paths[Math.floor(random() * paths.length)] ?? "";
  const draw = random();
  const text: Source = {
    from: "text",
    text: `so much depends upon ${Math.floor(random() * 1000)} wheel barrows`,
  };
  if (draw < 0.15 && typeof kindOf(text) !== "string") return text;
  if (draw < 0.45) return { from: "mail", path: pick(files.mails) };
  const place = number % differentKeys;
  const path = pick(files.pictures);
  const key = `soak/album-${Math.floor(place / picturesAnAlbum)}/${place}${extname(path)}`;
  return { from: "file", path, key };
}
