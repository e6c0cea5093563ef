// One delivery being executed, as data: its message, its work, and the bounds and the context of a run.
import type { Logger } from "pino";
import type { Clock } from "../../fleet/clock.ts";
import type { JobPolicy } from "../job/define-job.ts";
import type { JobContext } from "../job/handler.ts";
import type { JobMessage } from "../job/message.ts";
import type { RunnableJob, Work } from "../job/runnable-job.ts";
import { standInId } from "../job/stand-in-id.ts";
import type { Quarantine } from "../lanes/quarantine.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Delivery } from "../receive/delivery.ts";
import type { NewerThanUs } from "../receive/read-message.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { ServiceHealth } from "../trouble/service-health.ts";
import type { ToldDelivery } from "../worker-parts.ts";
import type { RunBounds, RunClock } from "./bounded-run.ts";
import type { PutOffLimits } from "./put-off.ts";
import type { RunningJobs } from "./running-jobs.ts";

/** What all executions of a worker share. `clients` goes into every handler's context. */
export type ExecuteOptions = {
  jobs: ReadonlyMap<string, RunnableJob>;
  ledger: Ledger;
  quarantine: Quarantine;
  clock: Clock;
  random: () => number;
  log: Logger;
  clients: Pick<JobContext, "names" | "s3" | "db" | "sandbox">;
  /** The time limit of every run, seconds; the job kind's own where it is left out. */
  runSeconds?: number | undefined;
  health: ServiceHealth;
  putOff: PutOffLimits;
  onRun: (kind: string, times: { waitMs: number; runMs: number }) => void;
  /** See `WorkerParts.onDelivery`. */
  onDelivery?: ((told: ToldDelivery) => void) | undefined;
  /** Told of every delivery that a slot works on, for the worker's report. */
  running?: RunningJobs;
};

/** The part of a message that identifies its job. */
export type JobEnvelope = Pick<JobMessage, "jobId" | "kind" | "traceId" | "enqueuedAt" | "redrives"> &
  Partial<Pick<JobMessage, "payload">>;

/** One delivery with everything known about its job. */
export type Execution = {
  options: ExecuteOptions;
  delivery: Delivery;
  policy: JobPolicy;
  envelope: JobEnvelope;
  /** What to run, or why the message can never be run, or not by this version. */
  work: Work | { unreadable: string } | { newer: string };
  log: Logger;
  /** Aborts at the end of a drain. */
  stop: AbortSignal;
};

/** Opens a delivery's message. An unreadable message gets an envelope of its own. */
export function executionOf(
  options: ExecuteOptions,
  { policy, open }: RunnableJob,
  delivery: Delivery,
  stop: AbortSignal,
): Execution {
  const opened = open(delivery.body);
  const [envelope, work] =
    "work" in opened
      ? [opened.message, opened.work]
      : [envelopeIn(opened) ?? unreadableEnvelope(options, delivery), opened];
  const { jobId, traceId } = envelope;
  const { kind, group, receiveCount } = delivery;
  const log = options.log.child({ kind, jobId, group, receiveCount, traceId });
  return { options, delivery, policy, envelope, work, log, stop };
}

/** A message may be newer than this worker although its envelope is not. */
const envelopeIn = (opened: { unreadable: string } | NewerThanUs): JobMessage | undefined =>
  "message" in opened ? opened.message : undefined;

/** Gives an unreadable message a job row, so that its dead letter has a cause people can look up. */
function unreadableEnvelope({ clock }: ExecuteOptions, { kind, messageId }: Delivery): JobEnvelope {
  return {
    jobId: standInId(kind, messageId),
    kind,
    traceId: messageId,
    enqueuedAt: new Date(clock.now()).toISOString(),
    redrives: 0,
  };
}

/** What ends a run early: the job's time limit, the lost lease or the end of a drain. */
export function boundsOf({ options, policy, delivery, stop }: Execution): RunBounds {
  const { clock, runSeconds = policy.timeoutSeconds } = options;
  return { clock, seconds: runSeconds, signals: [delivery.lease.signal, stop] };
}

/** What a run is given: which run it is, its signal and its clock. */
export type RunFrame = { run: number; signal: AbortSignal; clock: RunClock };

/** The context for work after the commit; a run gets `steps` and a working `mark` on top. */
export function contextOf(
  { options, envelope, log }: Execution,
  { run, signal, clock }: RunFrame,
): JobContext {
  const { jobId, traceId, enqueuedAt } = envelope;
  return {
    jobId,
    traceId,
    enqueuedAt,
    run,
    repeated: true,
    signal,
    log,
    now: options.clock.now,
    mark: () => Promise.reject(new TypeError("the job has ended: nothing can be written under its claim")),
    ...options.clients,
    sandbox: waitingFree(options.clients.sandbox, clock),
  };
}

/** The sandbox, with the run's clock stopped while a run waits for a child. */
function waitingFree(sandbox: Sandbox, clock: RunClock): Sandbox {
  return {
    ...sandbox,
    run: async (task, options) => {
      const goOn = clock.pause();
      const onStart = () => {
        goOn();
        options.onStart?.();
      };
      try {
        return await sandbox.run(task, { ...options, onStart });
      } finally {
        goOn();
      }
    },
  };
}
