// One delivery from claim to outcome: claim -> run -> commit -> after commit. Never throws: every end is an Outcome.
import type { Logger } from "pino";
import type { Clock } from "../../fleet/clock.ts";
import { InputRejected } from "../../fleet/errors.ts";
import type { JobDefinition } from "../job/define-job.ts";
import type { Handler, JobContext, Steps } from "../job/handler.ts";
import type { JobMessage } from "../job/message.ts";
import type { Quarantine, Turn } from "../lanes/quarantine.ts";
import type { Claim, ClaimResult, Ledger } from "../ledger/ledger.ts";
import type { Delivery, Outcome } from "../receive/delivery.ts";
import { readMessage } from "../receive/read-message.ts";
import { boundedRun } from "./bounded-run.ts";
import { maxRuns, outcomeOfFailure } from "./failure.ts";
import { AfterCommitFailed } from "./run-errors.ts";

/** A job kind ready to run. */
export type RunnableJob = { definition: JobDefinition<string, never>; handler: Handler<never> };

/** What executing needs; clients and the like are handed on to handlers. */
export type ExecuteOptions = {
  jobs: ReadonlyMap<string, RunnableJob>;
  ledger: Ledger;
  quarantine: Quarantine;
  clock: Clock;
  random: () => number;
  log: Logger;
  clients: Pick<JobContext, "names" | "s3" | "db" | "ses" | "sandbox" | "mail">;
  /** Factor on every job's own time limits; 1 in production, less in campaigns with scaled time. */
  timeScale: number;
  onRun: (kind: string, times: { waitMs: number; runMs: number }) => void;
};

/** A delivery with all that is known of its job. */
export type Run = {
  job: RunnableJob;
  message: Pick<JobMessage, "jobId" | "kind" | "traceId" | "enqueuedAt" | "redrives">;
  payload: never;
  delivery: Delivery;
  log: Logger;
  /** Aborts at the end of a drain. */
  stop: AbortSignal;
};

/** Executes one delivery. `stop` aborts at the end of a drain. */
export async function execute(
  options: ExecuteOptions,
  delivery: Delivery,
  stop: AbortSignal,
): Promise<Outcome> {
  const job = options.jobs.get(delivery.kind);
  if (job === undefined) return { outcome: "returned" };
  const read = readMessage(job.definition, delivery.body);
  const message = typeof read === "string" ? placeholder(options, delivery) : read.message;
  const { jobId, traceId } = message;
  const { kind, group, receiveCount } = delivery;
  const log = options.log.child({ kind, jobId, group, receiveCount, traceId });
  const run: Run = { job, message, payload: undefined as never, delivery, log, stop };
  const outcome =
    typeof read === "string"
      ? await claimAnd(options, run, (claim) => deadLetter(options, claim, read))
      : await claimAnd(options, { ...run, payload: read.payload }, (claim) =>
          runClaimed(options, { ...run, payload: read.payload }, claim),
        );
  log.info({ ...outcome }, "job outcome");
  return outcome;
}

/** Stands for the envelope of a message nobody can read: it is dead-lettered as it came, and its row says why. */
function placeholder(options: ExecuteOptions, { kind, messageId }: Delivery): Run["message"] {
  return {
    jobId: `${kind}/unreadable-${messageId}`,
    kind,
    traceId: messageId,
    enqueuedAt: new Date(options.clock.now()).toISOString(),
    redrives: 0,
  };
}

async function claimAnd(
  options: ExecuteOptions,
  run: Run,
  then: (claim: Claim) => Promise<Outcome>,
): Promise<Outcome> {
  let claim: Claim | undefined;
  let endTurn: Turn | undefined;
  try {
    endTurn = await options.quarantine.pass(
      { jobId: run.message.jobId, delivery: run.delivery },
      options.ledger,
      run.stop,
    );
    if (!run.delivery.lease.check(options.clock.monotonic()))
      return { outcome: "lost", cause: "the lease ran out before the run" };
    const found = await options.ledger.claim({ ...run.message, group: run.delivery.group });
    if (found.state === "completed") await afterCommit(options, run, found.result);
    if (found.state !== "claimed") return replay(found, run.message);
    claim = found.claim;
    return await then(claim);
  } catch (error) {
    return outcomeOfFailure(
      { ...options, deadLetter: (held, cause) => deadLetter(options, held, cause) },
      run,
      claim,
      error,
    );
  } finally {
    endTurn?.();
  }
}

function replay(
  found: Exclude<ClaimResult, { state: "claimed" }>,
  { jobId, redrives }: { jobId: string; redrives: number },
): Outcome {
  switch (found.state) {
    case "completed":
      return { outcome: "completed", replayed: true };
    case "rejected":
      return { outcome: "rejected", code: found.code, reason: found.reason, replayed: true };
    case "dead-lettered": {
      const { cause, runs, sent } = found;
      return { outcome: "dead-lettered", cause, runs, jobId, redrives, unsent: !sent };
    }
  }
}

async function runClaimed(options: ExecuteOptions, run: Run, claim: Claim): Promise<Outcome> {
  const runs = maxRuns(run.job.definition.policy);
  if (claim.run > runs)
    return deadLetter(
      options,
      claim,
      `none of ${runs} runs came to an end: each time the worker died or lost its lease`,
    );
  const startedAt = options.clock.monotonic();
  const waitMs = options.clock.now() - Date.parse(run.message.enqueuedAt);
  try {
    const result = await boundedRun(boundsOf(options, run), (signal) =>
      run.job.handler.run(run.payload, {
        ...contextOf(options, run, claim.run, signal),
        steps: stepsOf(options.ledger, claim, signal),
        mark: (effects) => options.ledger.mark(claim, effects),
      }),
    );
    await options.ledger.commit(claim, { status: "completed", ...result });
    await afterCommit(options, run, result.result);
    return { outcome: "completed", replayed: false };
  } catch (error) {
    if (!(error instanceof InputRejected)) throw error;
    const { code, reason, effects } = error;
    await options.ledger.commit(claim, { status: "rejected", code, reason, effects });
    return { outcome: "rejected", code, reason, replayed: false };
  } finally {
    options.onRun(run.delivery.kind, { waitMs, runMs: options.clock.monotonic() - startedAt });
  }
}

function stepsOf(ledger: Ledger, claim: Claim, signal: AbortSignal): Steps {
  return {
    applied: claim.steps,
    apply: async (step, additions) => {
      signal.throwIfAborted();
      await ledger.applyStep(claim, step, additions);
    },
  };
}

async function afterCommit(
  options: ExecuteOptions,
  run: Run,
  result: Record<string, unknown>,
): Promise<void> {
  const { afterCommit: follow } = run.job.handler;
  if (follow === undefined) return;
  try {
    await boundedRun(boundsOf(options, run), (signal) =>
      follow(run.payload, result, contextOf(options, run, 1, signal)),
    );
  } catch (error) {
    throw new AfterCommitFailed(error);
  }
}

function boundsOf({ clock, timeScale }: ExecuteOptions, run: Run) {
  const seconds = run.job.definition.policy.timeoutSeconds * timeScale;
  return { clock, seconds, signals: [run.delivery.lease.signal, run.stop] };
}

function contextOf(options: ExecuteOptions, delivered: Run, run: number, signal: AbortSignal): JobContext {
  const { jobId, traceId, enqueuedAt } = delivered.message;
  return {
    jobId,
    traceId,
    enqueuedAt,
    run,
    signal,
    log: delivered.log,
    now: options.clock.now,
    mark: () => Promise.reject(new TypeError("the job has ended: nothing can be written under its claim")),
    ...options.clients,
  };
}

async function deadLetter(options: ExecuteOptions, claim: Claim, cause: string): Promise<Outcome> {
  await options.ledger.commit(claim, { status: "dead-lettered", cause });
  const { jobId, redrives, run } = claim;
  return { outcome: "dead-lettered", cause, runs: run, jobId, redrives, unsent: true };
}
