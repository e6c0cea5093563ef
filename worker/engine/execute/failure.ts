// The end of a delivery that threw: its verdict becomes a note in the ledger and an outcome. Never throws.
import { type Claim, FenceLost, type Ledger } from "../ledger/ledger.ts";
import type { Outcome } from "../receive/delivery.ts";
import { backoffSeconds } from "./backoff.ts";
import { classify, type Verdict } from "./classify.ts";
import type { Execution } from "./execution.ts";
import { AfterCommitFailed } from "./run-errors.ts";

/**
 * The outcome of a delivery that threw; leaves the matching note in the ledger.
 * @param claim undefined when the error came before the claim
 */
export async function outcomeOfFailure(
  execution: Execution,
  claim: Claim | undefined,
  error: unknown,
): Promise<Outcome> {
  const { delivery, stop, policy, log, options } = execution;
  const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const { lease, receiveCount } = delivery;
  const standing = { claim, leaseHeld: lease.held, draining: stop.aborted, receiveCount };
  const verdict = classify(error, standing, policy);
  if (verdict.verdict === "lost") return { outcome: "lost", cause };
  const committed = error instanceof AfterCommitFailed;
  if (verdict.verdict !== "interrupted") logFailure(execution, { claim, committed, cause, error });
  if (claim === undefined || committed) return outcomeOf(execution, verdict, cause);
  try {
    await note(options.ledger, claim, verdict, cause);
    return outcomeOf(execution, verdict, cause);
  } catch (noteError) {
    if (noteError instanceof FenceLost) return { outcome: "lost", cause };
    log.warn({ err: noteError }, "ledger note failed");
    // A job that could not be ended has to run again.
    const unended: Verdict =
      verdict.verdict === "give-up" ? { verdict: "retry", run: verdict.runs } : verdict;
    return outcomeOf(execution, unended, cause);
  }
}

function logFailure(
  { log }: Execution,
  failure: { claim: Claim | undefined; committed: boolean; cause: string; error: unknown },
): void {
  const { claim, committed, cause, error } = failure;
  if (committed) log.warn({ cause }, "work after the commit failed");
  else if (claim !== undefined) log.warn({ err: error, run: claim.run }, "run failed");
}

function note(ledger: Ledger, claim: Claim, { verdict }: Verdict, cause: string): Promise<void> {
  switch (verdict) {
    case "interrupted":
      return ledger.noteInterruption(claim);
    case "retry":
      return ledger.noteFailure(claim, cause);
    case "give-up":
      return ledger.commit(claim, { status: "dead-lettered", cause });
    case "lost":
      return Promise.resolve();
  }
}

function outcomeOf({ options, policy, envelope }: Execution, verdict: Verdict, cause: string): Outcome {
  switch (verdict.verdict) {
    case "lost":
      return { outcome: "lost", cause };
    case "interrupted":
      return { outcome: "returned" };
    case "retry": {
      const { run } = verdict;
      const delaySeconds = backoffSeconds(policy.backoffSeconds, run, options.random) * options.timeScale;
      return { outcome: "retried", cause, run, delaySeconds };
    }
    case "give-up": {
      const { jobId, redrives } = envelope;
      return { outcome: "dead-lettered", cause, runs: verdict.runs, jobId, redrives, unsent: true };
    }
  }
}
