// Submits inputs a few at a time, waits for their outcomes if asked to, and reports each in one line.
import type { Clock } from "../../worker/fleet/clock.ts";
import type { Counts } from "../cli/progress.ts";
import type { Outcome } from "../status/outcomes.ts";
import { InputRefused } from "./input-refused.ts";
import { createJobWatch, type JobWatch } from "./job-watch.ts";
import { type AvailableKind, nameOf } from "./kinds.ts";
import type { SubmitLine } from "./line.ts";
import { createMailWatch, type MailWatch } from "./mail/confirmation.ts";
import type { Source } from "./source.ts";
import type { Target } from "./target.ts";

/** One input with its kind. */
export type Work = { source: Source; kind: AvailableKind };

export type SubmitOptions = {
  target: Target;
  clock: Clock;
  /** How many inputs are submitted at once. */
  concurrency: number;
  wait: boolean;
  /** How long to wait for outcomes after the last input was submitted. */
  timeoutSeconds: number;
  signal: AbortSignal;
  onLine: (line: SubmitLine) => void;
  onProgress: (counts: Counts) => void;
};

/**
 * Submits all inputs. Resolves when every input has its line, or soon after `signal` aborts, then without the missing lines.
 * Throws only when the outcomes cannot be read.
 */
export async function submitAll(works: readonly Work[], options: SubmitOptions): Promise<SubmitLine[]> {
  const { target, clock } = options;
  const { db, names } = target;
  const jobs = createJobWatch({ db, table: names.tables.jobs, clock });
  const mails = createMailWatch({ db, table: names.tables.outgoingMails, clock });
  const watch = {
    ended: jobs.ended,
    mails,
    close: () => {
      jobs.close();
      mails.close();
    },
  };
  const broken = new AbortController();
  const signal = AbortSignal.any([options.signal, broken.signal]);
  signal.addEventListener("abort", () => watch.close(), { once: true });
  const counts = { total: works.length, submitted: 0, ended: 0 };
  const run: Run = { ...options, signal, watch, counts, lines: [] };
  const waits: Promise<void>[] = [];
  const queue = works.values();
  const feed = async (): Promise<void> => {
    for (const work of queue) {
      if (signal.aborted) return;
      const submitted = await submitOne(run, work);
      if (submitted !== undefined) waits.push(submitted.ended.catch((error) => broken.abort(error)));
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, feed));
  await withinTimeout(run, Promise.all(waits));
  broken.signal.throwIfAborted();
  return run.lines;
}

type Run = SubmitOptions & { watch: JobWatch & { mails: MailWatch }; counts: Counts; lines: SubmitLine[] };

async function withinTimeout({ clock, timeoutSeconds, watch }: Run, ended: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  const timeout = clock.sleep(timeoutSeconds * 1000, timer.signal).then(() => watch.close());
  try {
    await ended;
  } finally {
    timer.abort();
    await timeout;
  }
}

/** Submits one input; resolves once it is submitted, to the wait for its outcome if one is wanted. */
async function submitOne(run: Run, work: Work): Promise<{ ended: Promise<void> } | undefined> {
  const start = run.clock.monotonic();
  const report = (line: Pick<SubmitLine, "jobId" | "outcome" | "reason" | "result">) =>
    addLine(run, {
      v: 1,
      input: nameOf(work.source),
      ...(work.source.from === "mail" && work.source.number !== undefined && { mail: work.source.number }),
      kind: work.kind.name,
      jobId: line.jobId,
      outcome: line.outcome,
      reason: line.reason,
      seconds: Math.round(run.clock.monotonic() - start) / 1000,
      result: line.result,
    });
  let jobId: string;
  try {
    jobId = await work.kind.submit(run.target, work.source, run.signal);
  } catch (error) {
    const outcome = error instanceof InputRefused ? "rejected" : null;
    if (!run.signal.aborted) report({ jobId: null, outcome, reason: failureOf(error), result: null });
    return undefined;
  }
  run.counts.submitted += 1;
  run.onProgress(run.counts);
  if (!run.wait) {
    report({ jobId, outcome: null, reason: null, result: null });
    return undefined;
  }
  const ended = run.watch.ended(jobId).then(async (outcome) => {
    const end = outcome === undefined ? timedOut(run.timeoutSeconds) : await endOf(run, work, outcome);
    if (end.outcome !== "timed-out" || !run.signal.aborted) report({ jobId, ...end });
  });
  return { ended };
}

function addLine(run: Run, line: SubmitLine): void {
  run.lines.push(line);
  run.counts.ended += 1;
  run.onLine(line);
  run.onProgress(run.counts);
}

async function endOf({ target, watch }: Run, { kind, source }: Work, ended: Outcome) {
  const { jobId, outcome, reason, result } = ended;
  if (result === null) return { outcome, reason, result };
  const reader = { target, mails: watch.mails, source, jobId, ended: (other: string) => watch.ended(other) };
  const shown = await kind.resultOf(result, reader);
  if (shown === undefined) return { outcome, reason: "the result has an unknown shape", result: null };
  return "outcome" in shown ? { ...shown, result: null } : { outcome, reason, result: shown };
}

function timedOut(seconds: number) {
  const reason = `no outcome within ${seconds} s of the last submission; the job may still end`;
  return { outcome: "timed-out" as const, reason, result: null };
}

function failureOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === "" ? error.name : error.message;
}
