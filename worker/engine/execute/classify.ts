// What an error means for its job. Pure: knows no ledger and writes nothing.
import type { JobPolicy } from "../job/define-job.ts";
import { LeaseLost } from "../lease/lease.ts";
import { type Claim, FenceLost } from "../ledger/ledger.ts";
import { AfterCommitFailed } from "./run-errors.ts";

/** The verdict on an error. */
export type Verdict =
  /** Another worker may own the job by now: write nothing. */
  | { verdict: "lost" }
  /** The worker is draining. This is not the job's failure. */
  | { verdict: "interrupted" }
  /** Run the job again, with a backoff for the n-th run. */
  | { verdict: "retry"; run: number }
  /** Dead-letter the job after so many runs. */
  | { verdict: "give-up"; runs: number };

/** The state of a delivery when its error arrived. */
export type Standing = {
  /** Undefined before the claim. */
  claim: Pick<Claim, "run" | "failures"> | undefined;
  leaseHeld: boolean;
  draining: boolean;
  receiveCount: number;
};

/**
 * The most runs a job gets, however they end. Workers also die and stall through no fault of the job, and the same job may
 * be hit several times, so this is three more than the failures it may have.
 */
export const maxRuns = ({ maxFailures }: Pick<JobPolicy, "maxFailures">): number => maxFailures + 3;

/** Work after a commit is given up after this many deliveries, as a multiple of `maxFailures`. */
const afterCommitPatience = 4;

/** Decides what an error means for the job. */
export function classify(error: unknown, standing: Standing, policy: JobPolicy): Verdict {
  const { claim, leaseHeld, draining, receiveCount } = standing;
  if (error instanceof FenceLost || error instanceof LeaseLost || !leaseHeld) return { verdict: "lost" };
  if (draining) return { verdict: "interrupted" };
  if (error instanceof AfterCommitFailed)
    return receiveCount < policy.maxFailures * afterCommitPatience
      ? { verdict: "retry", run: receiveCount }
      : { verdict: "give-up", runs: receiveCount };
  if (claim === undefined) return { verdict: "retry", run: receiveCount };
  const { run, failures } = claim;
  const isLast = failures + 1 >= policy.maxFailures || run >= maxRuns(policy);
  return isLast ? { verdict: "give-up", runs: run } : { verdict: "retry", run };
}
