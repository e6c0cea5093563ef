// The end of a delivery that threw: its verdict becomes a note in the ledger and an outcome. Never throws.
import { LeaseLost } from "../lease/lease.ts";
import { type Claim, FenceLost, JobKnown, type Ledger } from "../ledger/ledger.ts";
import type { Outcome } from "../receive/delivery.ts";
import { isCloudTrouble } from "../trouble/classify-error.ts";
import { backoffSeconds } from "./backoff.ts";
import { afterCommitPatience, classify, type Standing, type Verdict } from "./classify.ts";
import type { Execution } from "./execution.ts";
import { claimNow, type HeldClaim } from "./held-claim.ts";
import { inWords, isPutOffTooLong, putOffSeconds } from "./put-off.ts";
import { AfterCommitFailed, RunTimedOut } from "./run-errors.ts";

/** A failed delivery: its error, and the claim it held by then. */
type Failed = { error: unknown; held: HeldClaim | undefined; cause: string };

/**
 * The outcome of a delivery that threw; leaves the matching note in the ledger.
 * @param held undefined when the error came before the claim
 */
export async function outcomeOfFailure(
  execution: Execution,
  held: HeldClaim | undefined,
  error: unknown,
): Promise<Outcome> {
  const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const failed = { error, held, cause };
  const verdict = classify(error, standingOf(execution, failed), execution.policy);
  switch (verdict.verdict) {
    case "lost":
      await noteLostLease(execution, failed);
      return { outcome: "lost", cause };
    case "interrupted":
      return noted(execution, failed, verdict, { outcome: "returned" });
    case "put off":
      return putOff(execution, failed, verdict);
    case "follow again":
      return followAgain(execution, failed);
    case "retry":
      logFailure(execution, failed);
      return noted(execution, failed, verdict, retried(execution, cause, verdict.run));
    case "give-up":
      logFailure(execution, failed);
      return noted(execution, failed, verdict, deadLettered(execution, cause, verdict.runs));
  }
}

function standingOf({ delivery, stop, options }: Execution, { error, held }: Failed): Standing {
  return {
    claim: held?.claim,
    leaseHeld: delivery.lease.held,
    draining: stop.aborted,
    service: options.health.serviceOf(error),
    stalled: timedOut(error) && options.health.stalled() !== undefined,
  };
}

const timedOut = (error: unknown): boolean =>
  (error instanceof AfterCommitFailed ? error.cause : error) instanceof RunTimedOut;

function logFailure({ log }: Execution, { error, held }: Failed): void {
  if (held !== undefined) log.warn({ err: error, run: held.claim.run }, "run failed");
}

/** A job in the cloud's trouble waits, and is dead-lettered once the trouble has lasted too long. */
async function putOff(execution: Execution, failed: Failed, verdict: Verdict): Promise<Outcome> {
  const { options, delivery } = execution;
  const { held, cause, error } = failed;
  const claim = held?.claim;
  options.health.putOff(delivery.kind, error);
  const { clock, putOff: limits, random } = options;
  const since = claim?.putOffSince ?? clock.now() - options.health.troubledMs(error);
  const troubledMs = clock.now() - since;
  if (claim !== undefined && isPutOffTooLong(troubledMs, limits.troubleSeconds)) {
    const why = `put off for ${inWords(limits.troubleSeconds)}, and still: ${cause}`;
    const giveUp: Verdict = { verdict: "give-up", runs: claim.run };
    return noted(execution, { ...failed, cause: why }, giveUp, deadLettered(execution, why, claim.run));
  }
  const delaySeconds = putOffSeconds(troubledMs, limits, random);
  return noted(execution, failed, verdict, { outcome: "put off", cause, delaySeconds });
}

/** The job is committed. Only the work after the commit is repeated, and given up after many failures. */
async function followAgain(execution: Execution, { cause }: Failed): Promise<Outcome> {
  const { options, envelope, policy, log } = execution;
  log.warn({ cause }, "work after the commit failed");
  let failures = 1;
  try {
    failures = await options.ledger.noteAfterCommitFailure(envelope.jobId, cause);
  } catch (noteError) {
    log.warn({ err: noteError }, "ledger note failed");
  }
  return failures >= policy.maxFailures * afterCommitPatience
    ? deadLettered(execution, cause, failures)
    : retried(execution, cause, failures);
}

/** Leaves the verdict's note in the ledger, if the job was claimed and not committed. */
async function noted(
  execution: Execution,
  { held, cause, error }: Failed,
  verdict: Verdict,
  outcome: Outcome,
): Promise<Outcome> {
  if (held === undefined || error instanceof AfterCommitFailed) return outcome;
  // A run that claimed nothing has not counted.
  if (verdict.verdict === "interrupted" && held.claim.presumed !== undefined) return outcome;
  try {
    await untilAnswered(execution, async () =>
      note(execution.options.ledger, await claimNow(execution, held), verdict, cause),
    );
    return outcome;
  } catch (noteError) {
    // Another message has brought the job to its end: the next delivery finds out how.
    if (noteError instanceof JobKnown) return retried(execution, cause, 1);
    if (noteError instanceof FenceLost) return { outcome: "lost", cause };
    execution.log.warn({ err: noteError }, "ledger note failed");
    // A job that could not be ended has to run again.
    return outcome.outcome === "dead-lettered" ? retried(execution, cause, outcome.runs) : outcome;
  }
}

/** Pauses between two tries of a note, milliseconds. */
const notePauseMs = { first: 500, longest: 5000 };

/**
 * Repeats a note while the ledger is in trouble and the message is ours: a run without a note counts, and would look as if
 * its worker had died.
 */
async function untilAnswered({ options, delivery, stop }: Execution, write: () => Promise<void>) {
  const { clock } = options;
  for (let pauseMs = notePauseMs.first; ; pauseMs = Math.min(notePauseMs.longest, pauseMs * 2)) {
    try {
      return await write();
    } catch (error) {
      const goOn = isCloudTrouble(error, "dynamodb") && !stop.aborted;
      if (!goOn || !delivery.lease.check(clock.monotonic())) throw error;
      await clock.sleep(pauseMs, AbortSignal.any([stop, delivery.lease.signal]));
    }
  }
}

/** A lease that ran out because SQS answered no heartbeat is SQS's trouble: the run does not count, if it is still ours. */
async function noteLostLease({ options, delivery, log }: Execution, { held, cause }: Failed): Promise<void> {
  const { reason } = delivery.lease.signal;
  if (
    held === undefined ||
    held.claim.presumed !== undefined ||
    !(reason instanceof LeaseLost) ||
    !reason.unanswered
  )
    return;
  try {
    await options.ledger.notePutOff(held.claim, cause);
  } catch (error) {
    if (!(error instanceof FenceLost)) log.warn({ err: error }, "ledger note failed");
  }
}

function note(ledger: Ledger, claim: Claim, { verdict }: Verdict, cause: string): Promise<void> {
  switch (verdict) {
    case "interrupted":
      return ledger.noteInterruption(claim);
    case "put off":
      return ledger.notePutOff(claim, cause);
    case "retry":
      return ledger.noteFailure(claim, cause);
    case "give-up":
      return ledger.commit(claim, { status: "dead-lettered", cause });
    case "lost":
    case "follow again":
      return Promise.resolve();
  }
}

function retried({ options, policy }: Execution, cause: string, run: number): Outcome {
  const delaySeconds = backoffSeconds(policy.backoffSeconds, run, options.random);
  return { outcome: "retried", cause, run, delaySeconds };
}

function deadLettered({ envelope }: Execution, cause: string, runs: number): Outcome {
  const { jobId, redrives } = envelope;
  return { outcome: "dead-lettered", cause, runs, jobId, redrives, unsent: true };
}
