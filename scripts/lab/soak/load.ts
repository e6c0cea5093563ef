// The steady load of a soak: submits inputs at a fixed rate, as people do, and counts their outcomes.
import { extname } from "node:path";
import type { Clock } from "../../../worker/fleet/clock.ts";
import { createJobWatch, type JobWatch } from "../../submit/job-watch.ts";
import type { Source } from "../../submit/source.ts";
import type { Target } from "../../submit/target.ts";
import type { InputFiles } from "../load/input-files.ts";
import { submitInput } from "../load/submit-input.ts";

/** What happened to the inputs so far. */
export type LoadCounts = {
  /** Submitted and acknowledged. */
  submitted: number;
  /** Not accepted despite retries: nobody was promised anything. */
  refused: number;
  completed: number;
  rejected: number;
  deadLettered: number;
  /** Acknowledged, but without an outcome in time. */
  lost: number;
  /** The outcomes of pictures, mails, texts and files. */
  byKind: Partial<Record<string, Record<InputOutcome, number>>>;
};

/** How an accepted input ended. */
export type InputOutcome = "completed" | "rejected" | "deadLettered" | "lost";

/** The system under load, the files and the rate. */
export type LoadOptions = {
  target: Target;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  files: InputFiles;
  /** Inputs per second, as long as not too many are in progress. */
  rate: number;
  /** A job without an outcome after this long counts as lost. */
  patienceSeconds: number;
};

/** A running load. */
export type Load = { counts: LoadCounts; underWay: () => number; finished: Promise<void> };

/** With this many in progress, feeding waits, so that a slow machine is kept busy but not overloaded. */
const maxInProgress = 60;

/** Keys are reused, so that tables and buckets keep their size. */
const differentKeys = 500;
const picturesPerAlbum = 25;

const noOutcome: Readonly<Record<InputOutcome, number>> = {
  completed: 0,
  rejected: 0,
  deadLettered: 0,
  lost: 0,
};

/** Feeds until `signal` aborts. `finished` resolves when every input has ended or is lost. */
export function startLoad(options: LoadOptions, signal: AbortSignal): Load {
  const { target, clock } = options;
  const counts: LoadCounts = { submitted: 0, refused: 0, ...noOutcome, byKind: {} };
  const watch = createJobWatch({ db: target.db, table: target.names.tables.jobs, clock });
  const underWay = new Set<Promise<void>>();
  const feed = async () => {
    for (let number = 0; !signal.aborted; number += 1) {
      await clock.sleep(1000 / options.rate, signal);
      if (underWay.size >= maxInProgress || signal.aborted) continue;
      const one: Promise<void> = submitOne(options, watch, counts, number).finally(() =>
        underWay.delete(one),
      );
      underWay.add(one);
    }
    await Promise.all(underWay);
    watch.close();
  };
  return { counts, underWay: () => underWay.size, finished: feed() };
}

async function submitOne(
  options: LoadOptions,
  watch: JobWatch,
  counts: LoadCounts,
  number: number,
): Promise<void> {
  const source = sourceOf(options, number);
  const accepted = await submitInput(options.target, source, `${number}@soak.example`).catch(() => undefined);
  if (accepted === undefined) {
    counts.refused += 1;
    return;
  }
  counts.submitted += 1;
  const outcome = await outcomeOf(options, watch, accepted.jobId);
  counts[outcome] += 1;
  const ofKind = counts.byKind[accepted.name] ?? noOutcome;
  counts.byKind[accepted.name] = { ...ofKind, [outcome]: ofKind[outcome] + 1 };
}

async function outcomeOf(
  { clock, patienceSeconds }: LoadOptions,
  watch: JobWatch,
  jobId: string,
): Promise<InputOutcome> {
  const over = new AbortController();
  const late = clock.sleep(patienceSeconds * 1000, over.signal).then(() => undefined);
  try {
    for (;;) {
      // The watch rejects when the table cannot be read for a while. The job may still end.
      const outcome = await Promise.race([watch.ended(jobId).catch(() => "unread" as const), late]);
      if (outcome === undefined) return "lost";
      if (outcome === "unread") continue;
      return outcome.outcome === "dead-lettered" ? "deadLettered" : outcome.outcome;
    }
  } finally {
    over.abort();
  }
}

/** People who get files. Files of one person are stored one after another. */
const people = 5;

/** Words, files and mails, and twice as many pictures as mails. */
function sourceOf({ random, files }: LoadOptions, number: number): Source {
  const pick = (paths: readonly string[]) => paths[Math.floor(random() * paths.length)] ?? "";
  const draw = random();
  if (draw < 0.15)
    return { from: "text", text: `so much depends upon ${Math.floor(random() * 1000)} wheel barrows` };
  if (draw < 0.3) return { from: "other-file", path: pick(files.others), owner: `soak-${number % people}` };
  if (draw < 0.53) return { from: "mail", path: pick([...files.mails, ...files.rejected.mails]) };
  const place = number % differentKeys;
  const path = pick([...files.pictures, ...files.rejected.pictures]);
  const key = `soak/album-${Math.floor(place / picturesPerAlbum)}/${place}${extname(path)}`;
  return { from: "file", path, key };
}
