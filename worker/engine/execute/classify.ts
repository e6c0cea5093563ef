// What an error means for its job. Pure: knows no ledger and writes nothing.

import type { Service } from "../../fleet/service-errors.ts";
import type { JobPolicy } from "../job/define-job.ts";
import { NewerInput } from "../job/newer-input.ts";
import { LeaseLost } from "../lease/lease.ts";
import { type Claim, FenceLost } from "../ledger/ledger.ts";
import { isCloudTrouble } from "../trouble/classify-error.ts";
import { AfterCommitFailed, RunTimedOut } from "./run-errors.ts";

/** The verdict on an error. */
export type Verdict =
  /** Another worker may own the job by now: write nothing but under the claim's fence. */
  | { verdict: "lost" }
  /** The worker is draining. This is not the job's failure. */
  | { verdict: "interrupted" }
  /** The cloud is in trouble, or what it reads is newer than this worker. This is not the job's failure. */
  | { verdict: "put off" }
  /** Run the job again, with a backoff for the n-th run. */
  | { verdict: "retry"; run: number }
  /** The job is committed; repeat only the work after the commit. */
  | { verdict: "follow again" }
  /** Dead-letter the job after so many runs. */
  | { verdict: "give-up"; runs: number };

/** The state of a delivery when its error arrived. */
export type Standing = {
  /** Undefined before the claim. */
  claim: Pick<Claim, "run" | "failures"> | undefined;
  leaseHeld: boolean;
  draining: boolean;
  /** The service whose call threw the error, where it is known. */
  service?: Service | undefined;
  /** True when a call had waited for its answer for seconds: a run that timed out may have waited for it. */
  stalled?: boolean;
};

/**
 * The most runs a job gets, however they end. Workers also die and stall through no fault of the job, and the same job may
 * be hit several times, so this is three more than the failures it may have.
 */
export const maxRuns = ({ maxFailures }: Pick<JobPolicy, "maxFailures">): number => maxFailures + 3;

/** Work after a commit is given up after this many failures, as a multiple of `maxFailures`. */
export const afterCommitPatience = 4;

/** Decides what an error means for the job. */
export function classify(error: unknown, standing: Standing, policy: JobPolicy): Verdict {
  const { claim, leaseHeld, draining } = standing;
  if (error instanceof FenceLost || error instanceof LeaseLost || !leaseHeld) return { verdict: "lost" };
  if (draining) return { verdict: "interrupted" };
  if (isNoFailure(error, standing)) return { verdict: "put off" };
  if (error instanceof AfterCommitFailed) return { verdict: "follow again" };
  // Before the claim nothing of the job has run, so nothing of it can have failed.
  if (claim === undefined) return { verdict: "put off" };
  const { run, failures } = claim;
  const isLast = failures + 1 >= policy.maxFailures || run >= maxRuns(policy);
  return isLast ? { verdict: "give-up", runs: run } : { verdict: "retry", run };
}

function isNoFailure(error: unknown, { service, stalled }: Standing): boolean {
  const cause = error instanceof AfterCommitFailed ? error.cause : error;
  if (cause instanceof RunTimedOut) return stalled ?? false;
  return cause instanceof NewerInput || isCloudTrouble(cause, service);
}
