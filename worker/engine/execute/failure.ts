// What an error means for a job: who lost its claim writes nothing, an interruption is not an attempt, the rest is
// retried with backoff until its attempts are used up.
import type { JobPolicy } from "../job/define-job.ts";
import { LeaseLost } from "../lease/lease.ts";
import { type Claim, FenceLost, type Ledger } from "../ledger/ledger.ts";
import type { Outcome } from "../receive/delivery.ts";
import { backoffSeconds } from "./backoff.ts";
import type { Run } from "./execute.ts";
import { AfterCommitFailed } from "./run-errors.ts";

/** What deciding needs. */
export type FailureOptions = {
  ledger: Ledger;
  random: () => number;
  timeScale: number;
  deadLetter: (claim: Claim, cause: string) => Promise<Outcome>;
};

/**
 * Runs of a job before it is given up although they did not fail as often as its attempts allow: the others ended without
 * a word. Workers also die and stall by nobody's fault, and what befalls a fleet may befall one job five times.
 */
export const maxRuns = ({ maxFailures }: Pick<JobPolicy, "maxFailures">): number => maxFailures + 3;

/** Deliveries after which work that follows a commit is given up, as a multiple of the job's attempts. */
const afterCommitPatience = 4;

/** The outcome of a delivery whose run threw; leaves the note in the ledger that belongs to it. Never throws. */
export async function outcomeOfFailure(
  options: FailureOptions,
  run: Run,
  claim: Claim | undefined,
  error: unknown,
): Promise<Outcome> {
  const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const { lease } = run.delivery;
  if (error instanceof FenceLost || error instanceof LeaseLost || !lease.held)
    return { outcome: "lost", cause };
  if (error instanceof AfterCommitFailed) return afterCommitOutcome(options, run, cause);
  const nth = claim?.run ?? run.delivery.receiveCount;
  const otherwise: Outcome = run.stop.aborted ? { outcome: "returned" } : retry(options, run, nth, cause);
  if (claim === undefined) return otherwise;
  if (!run.stop.aborted) run.log.warn({ err: error, run: nth }, "run failed");
  try {
    return await noted(options, run, claim, cause, otherwise);
  } catch (noteError) {
    if (noteError instanceof FenceLost) return { outcome: "lost", cause };
    run.log.warn({ err: noteError }, "ledger note failed");
    return otherwise;
  }
}

/** A run that failed is the last when the job has failed often enough, or run often enough however it ended. */
const isLast = ({ failures, run }: Claim, policy: JobPolicy): boolean =>
  failures + 1 >= policy.maxFailures || run >= maxRuns(policy);

async function noted(
  { ledger, deadLetter }: FailureOptions,
  run: Run,
  claim: Claim,
  cause: string,
  otherwise: Outcome,
): Promise<Outcome> {
  if (run.stop.aborted) await ledger.noteInterruption(claim);
  else if (isLast(claim, run.job.definition.policy)) return deadLetter(claim, cause);
  else await ledger.noteFailure(claim, cause);
  return otherwise;
}

function afterCommitOutcome(options: FailureOptions, run: Run, cause: string): Outcome {
  const { receiveCount } = run.delivery;
  if (run.stop.aborted) return { outcome: "returned" };
  run.log.warn({ cause }, "work after the commit failed");
  if (receiveCount < run.job.definition.policy.maxFailures * afterCommitPatience)
    return retry(options, run, receiveCount, cause);
  const { jobId, redrives } = run.message;
  return { outcome: "dead-lettered", cause, runs: receiveCount, jobId, redrives, unsent: true };
}

function retry({ random, timeScale }: FailureOptions, run: Run, nth: number, cause: string): Outcome {
  const delaySeconds = backoffSeconds(run.job.definition.policy.backoffSeconds, nth, random) * timeScale;
  return { outcome: "retried", cause, run: nth, delaySeconds };
}
