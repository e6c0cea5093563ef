// The claim a run holds. A job whose whole effect is its commit begins under a presumed claim, which costs no call; it claims
// the job once something must be written before its end.
import { type Claim, JobKnown } from "../ledger/ledger.ts";
import type { Execution } from "./execution.ts";

/** The claim of a run; a presumed one is replaced by a real one when needed. */
export type HeldClaim = { claim: Claim };

/**
 * True when the run need not be claimed first: its commit is all it does, and the job is probably new. A wrong guess costs a
 * run, never an effect, because the commit holds only if the job has no row.
 */
export function mayPresume(execution: Execution): boolean {
  return execution.policy.oneCommit && "run" in execution.work && isFirst(execution);
}

/** True for the first delivery of a message that was never sent back: its job is probably new. */
export const isFirst = ({ delivery, envelope }: Execution): boolean =>
  delivery.receiveCount === 1 && envelope.redrives === 0;

/** The claim as the ledger knows it: claims the job if that was only presumed. @throws JobKnown when the job has ended */
export async function claimNow({ options, delivery }: Execution, held: HeldClaim): Promise<Claim> {
  const { presumed, ...request } = held.claim;
  if (presumed === undefined) return held.claim;
  const found = await options.ledger.claim({ ...request, probablyNew: true }, delivery.lease.signal);
  if (found.state !== "claimed") throw new JobKnown(request.jobId);
  held.claim = found.claim;
  return found.claim;
}

/** The claim for the first step of a run. @throws JobKnown when another run has applied steps or ended the job */
export async function claimForSteps(execution: Execution, held: HeldClaim): Promise<Claim> {
  const known = held.claim.steps;
  const claim = await claimNow(execution, held);
  if (claim.steps !== known) throw new JobKnown(claim.jobId);
  return claim;
}

/** The value, or undefined when a job that was presumed to be new was not. */
export async function unlessKnown<Value>(value: Promise<Value>): Promise<Value | undefined> {
  try {
    return await value;
  } catch (error) {
    if (error instanceof JobKnown) return undefined;
    throw error;
  }
}
