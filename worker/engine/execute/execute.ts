// Executes one delivery: claim -> run -> commit -> follow -> outcome. Never throws: every delivery ends in an Outcome.
import type { Steps } from "../job/handler.ts";
import { InputRejected } from "../job/input-rejected.ts";
import type { Work } from "../job/runnable-job.ts";
import type { Waits } from "../lanes/lanes.ts";
import type { Claim, ClaimResult, Ending } from "../ledger/ledger.ts";
import type { Delivery, Outcome } from "../receive/delivery.ts";
import { boundedRun } from "./bounded-run.ts";
import { maxRuns } from "./classify.ts";
import { boundsOf, contextOf, type ExecuteOptions, type Execution, executionOf } from "./execution.ts";
import { outcomeOfFailure } from "./failure.ts";
import { claimForSteps, claimNow, type HeldClaim, isFirst, mayPresume, unlessKnown } from "./held-claim.ts";
import { inWords, isPutOffTooLong } from "./put-off.ts";
import { AfterCommitFailed, NewerMessage } from "./run-errors.ts";

/** Executes one delivery. `stop` aborts at the end of a drain. */
export async function execute(
  options: ExecuteOptions,
  delivery: Delivery,
  stop: AbortSignal,
): Promise<Outcome | Waits> {
  const job = options.jobs.get(delivery.kind);
  if (job === undefined) return { outcome: "returned" };
  const execution = executionOf(options, job, delivery, stop);
  const noteEnd = noteBeginning(execution);
  const times = timesFrom(execution);
  const startedAt = options.clock.now();
  const outcome = await admitted(execution).finally(noteEnd);
  if (outcome.outcome === "waits") return outcome;
  tell(execution, startedAt, outcome);
  options.quarantine.leave(delivery);
  execution.log.info({ ...outcome, ...times() }, "job outcome");
  return outcome;
}

/** How long the job had waited by now, and how long this delivery takes until the returned function is called. */
function timesFrom({ options: { clock }, envelope }: Execution): () => { waitMs: number; tookMs: number } {
  const began = clock.monotonic();
  const waitMs = Math.max(0, clock.now() - Date.parse(envelope.enqueuedAt)) || 0;
  return () => ({ waitMs, tookMs: Math.round(clock.monotonic() - began) });
}

/** Notes that a slot works on the delivery; call the returned function when it no longer does. */
function noteBeginning({ options, delivery, envelope, policy }: Execution): (() => void) | undefined {
  const { running, clock } = options;
  const { kind, group, lease } = delivery;
  const leaseSecondsLeft = () => lease.remainingMs(clock.monotonic()) / 1000;
  const about = { jobId: envelope.jobId, kind, group, slots: policy.cost };
  return running?.begin({ ...about, startedAt: clock.now(), leaseSecondsLeft });
}

function tell({ options, delivery, envelope }: Execution, startedAt: number, outcome: Outcome): void {
  const { kind, group } = delivery;
  const { jobId, traceId, enqueuedAt } = envelope;
  const endedAt = options.clock.now();
  options.onDelivery?.({ kind, jobId, group, traceId, enqueuedAt, startedAt, endedAt, outcome });
}

/** The outcome of a delivery once it may run: a suspect job waits for its turn. */
async function admitted(execution: Execution): Promise<Outcome | Waits> {
  const { options, delivery, envelope } = execution;
  try {
    const { jobId } = envelope;
    const admission = await options.quarantine.admit({ jobId, delivery }, options.ledger);
    if (!admission.admitted) return { outcome: "waits", until: admission.until };
  } catch (error) {
    return outcomeOfFailure(execution, undefined, error);
  }
  return outcomeOf(execution);
}

async function outcomeOf(execution: Execution): Promise<Outcome> {
  const { options, delivery, envelope } = execution;
  let held: HeldClaim | undefined;
  try {
    if (!delivery.lease.check(options.clock.monotonic()))
      return { outcome: "lost", cause: "the lease ran out before the run" };
    const { group, messageId, causedBy } = delivery;
    const request = { ...envelope, group, messageId, ...(causedBy !== undefined && { causedBy }) };
    let probablyNew = isFirst(execution);
    if (mayPresume(execution)) {
      held = { claim: options.ledger.presume(request) };
      const ending = await unlessKnown(finish(execution, held));
      if (ending !== undefined) return ended(held.claim, ending);
      held = undefined;
      probablyNew = false;
    }
    const found = await options.ledger.claim({ ...request, probablyNew }, delivery.lease.signal);
    if (found.state === "completed") await follow(execution, found.result);
    if (found.state !== "claimed") return replayed(execution, found);
    held = { claim: found.claim };
    return ended(held.claim, await finish(execution, held));
  } catch (error) {
    return outcomeOfFailure(ofClaim(execution, held?.claim), held, error);
  }
}

/** A letter that another tool sent back still says how often ours did; the row counts both. */
function ofClaim(execution: Execution, claim: Claim | undefined): Execution {
  if (claim === undefined) return execution;
  return { ...execution, envelope: { ...execution.envelope, redrives: claim.redrives } };
}

/** Brings a claimed job to its end: runs it, commits, and does what follows the commit. */
async function finish(execution: Execution, held: HeldClaim): Promise<Ending> {
  const { options, policy, work, delivery, envelope } = execution;
  const { claim } = held;
  if ("unreadable" in work) return bury(execution, claim, work.unreadable);
  if ("newer" in work) return waitForNewer(execution, claim, work.newer);
  const runs = maxRuns(policy);
  if (claim.run > runs)
    return bury(
      execution,
      claim,
      `none of ${runs} runs left a note of its end: each time the worker died, lost its lease or could not write it`,
    );
  const startedAt = options.clock.monotonic();
  const waitMs = options.clock.now() - Date.parse(envelope.enqueuedAt);
  try {
    const ran = await run(execution, held, work);
    const ending = await commit(execution, held.claim, ran);
    if (ending.status === "completed") await follow(execution, ending.result);
    return ending;
  } finally {
    options.onRun(delivery.kind, { waitMs, runMs: options.clock.monotonic() - startedAt });
  }
}

/** Ends a job that must not run. */
const bury = (execution: Execution, claim: Claim, cause: string): Promise<Ending> =>
  commit(execution, claim, { status: "dead-lettered", cause });

/** A newer worker may understand the message: leaves it to one for the length of a rollout. @throws NewerMessage */
function waitForNewer(execution: Execution, claim: Claim, why: string): Promise<Ending> {
  const { clock, putOff } = execution.options;
  const waitedMs = clock.now() - (claim.putOffSince ?? clock.now());
  if (!isPutOffTooLong(waitedMs, putOff.rolloutSeconds)) throw new NewerMessage(why);
  return bury(execution, claim, `no worker has understood it for ${inWords(putOff.rolloutSeconds)}: ${why}`);
}

/** Runs the handler within its bounds; an input it rejects is an ending too. */
async function run(execution: Execution, held: HeldClaim, work: Work): Promise<Ending> {
  const { ledger } = execution.options;
  const { run, fence } = held.claim;
  try {
    const result = await boundedRun(boundsOf(execution), (signal, clock) =>
      work.run({
        ...contextOf(execution, { run, signal, clock }),
        repeated: fence > 1,
        steps: stepsOf(execution, held, signal),
        mark: async (effects) => ledger.mark(await claimNow(execution, held), effects),
      }),
    );
    return { status: "completed", ...result };
  } catch (error) {
    return rejection(error);
  }
}

function stepsOf(execution: Execution, held: HeldClaim, signal: AbortSignal): Steps {
  return {
    applied: held.claim.steps,
    apply: async (step, additions) => {
      signal.throwIfAborted();
      const claim = held.claim.presumed ? await claimForSteps(execution, held) : held.claim;
      await execution.options.ledger.applyStep(claim, step, additions);
    },
  };
}

/** Commits an ending and returns it. Computed effects may still reject the input at this point. */
async function commit({ options }: Execution, claim: Claim, ending: Ending): Promise<Ending> {
  try {
    await options.ledger.commit(claim, ending);
    return ending;
  } catch (error) {
    const rejected = rejection(error);
    await options.ledger.commit(claim, rejected);
    return rejected;
  }
}

/** The ending of a rejected input. @throws every other error */
function rejection(error: unknown): Ending {
  if (!(error instanceof InputRejected)) throw error;
  const { code, reason, effects } = error;
  return { status: "rejected", code, reason, effects };
}

/** Does the handler's work after the commit. @throws AfterCommitFailed */
async function follow(execution: Execution, result: Record<string, unknown>): Promise<void> {
  const { work } = execution;
  const afterCommit = "run" in work ? work.afterCommit : undefined;
  if (afterCommit === undefined) return;
  try {
    await boundedRun(boundsOf(execution), (signal, clock) =>
      afterCommit(result, contextOf(execution, { run: 1, signal, clock })),
    );
  } catch (error) {
    throw new AfterCommitFailed(error);
  }
}

/** The outcome of a job that this delivery ended. */
function ended({ jobId, redrives, run: runs }: Claim, ending: Ending): Outcome {
  switch (ending.status) {
    case "completed":
      return { outcome: "completed", replayed: false };
    case "rejected":
      return { outcome: "rejected", code: ending.code, reason: ending.reason, replayed: false };
    case "dead-lettered":
      return { outcome: "dead-lettered", cause: ending.cause, runs, jobId, redrives, unsent: true };
  }
}

/** The outcome of a job that an earlier delivery ended. */
function replayed({ envelope }: Execution, found: Exclude<ClaimResult, { state: "claimed" }>): Outcome {
  switch (found.state) {
    case "completed":
      return { outcome: "completed", replayed: true };
    case "rejected":
      return { outcome: "rejected", code: found.code, reason: found.reason, replayed: true };
    case "dead-lettered": {
      const { jobId } = envelope;
      const { cause, runs, redrives, sent } = found;
      return { outcome: "dead-lettered", cause, runs, jobId, redrives, unsent: !sent };
    }
  }
}
