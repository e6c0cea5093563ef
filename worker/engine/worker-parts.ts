// What a worker is made of and what it tells about itself. The engine's own types: the process passes in whatever fits.
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { Logger } from "pino";
import type { Clock } from "../fleet/clock.ts";
import type { ResourceNames } from "../fleet/resources.ts";
import type { Interruption } from "./drain/interruption.ts";
import type { PutOffLimits } from "./execute/put-off.ts";
import type { RunningJob } from "./execute/running-jobs.ts";
import type { JobContext } from "./job/handler.ts";
import type { RunnableJob } from "./job/runnable-job.ts";
import type { Ledger } from "./ledger/ledger.ts";
import type { Outcome, OutcomeName } from "./receive/delivery.ts";
import type { QueueUrls } from "./receive/queue-urls.ts";
import type { ServiceTrouble } from "./trouble/place-states.ts";
import type { ServiceHealth } from "./trouble/service-health.ts";

/** Modes of a worker: starting -> ready (or cautious after a rebalance recommendation) -> draining -> stopped. */
export type WorkerState = "starting" | "ready" | "cautious" | "draining" | "stopped";

/** A worker's state, its slots, and the messages it holds. */
export type WorkerReport = {
  state: WorkerState;
  worker: string;
  busySlots: number;
  idleSlots: number;
  held: number;
  /** Message groups that the held messages belong to. */
  groups: number;
  /** The jobs that have run longest, of those that run now. */
  running: readonly RunningJob[];
  /** Services that do not answer, each with the time of the first failed call (ISO 8601). */
  troubles: readonly (Omit<ServiceTrouble, "since"> & { since: string })[];
  /** Job kinds that wait for these services. */
  waitingKinds: readonly string[];
  /** Services without which no job of any kind can run, and that do not answer: all queues, or the ledger's table. */
  blockedBy: readonly ("sqs" | "dynamodb")[];
  /** What does not confine its decode children, e.g. `network`; empty when they are fully confined. */
  unconfined: readonly string[];
  /** Why it drains, since when, and when its time is over (ISO 8601); left out while it does not. */
  drain?: { reason: Interruption["reason"]; since: string; until: string };
};

/** How a worker is set up. */
export type WorkerSettings = {
  /** Recorded in every row the worker claims. */
  workerId: string;
  /** Jobs of cost 1 that run at once. */
  slots: number;
  /** Receives of one queue that may be under way at once. */
  receives: number;
  /** Long-poll wait, seconds. */
  waitSeconds: number;
  /** Length of every lease, seconds; the job kind's own where it is left out. */
  visibilitySeconds?: number | undefined;
  /** How long a delete waits for company, milliseconds. */
  deleteLingerMs: number;
  /** The time limit of every run, seconds; the job kind's own where it is left out. */
  runSeconds?: number | undefined;
  /** The longest a drain may take, seconds. */
  drainSeconds: number;
  /** Seconds before the drain's deadline that are kept free for returning messages. */
  drainMarginSeconds: number;
} & PutOffLimits;

/** The engine's clients. Receives have a client of their own, so that long polls never block a heartbeat. */
export type WorkerClients = {
  sqsReceive: SQSClient;
  sqs: SQSClient;
} & Pick<JobContext, "s3" | "db">;

/** Where a worker reports what happened. */
export type WorkerMetrics = {
  outcome: (kind: string, outcome: OutcomeName) => void;
  leaseLost: (kind: string) => void;
  replayed: (kind: string) => void;
  run: (kind: string, times: { waitMs: number; runMs: number }) => void;
  flush: (slots: { busySlots: number; idleSlots: number }) => void;
};

/** A delivery that has ended, for traces; times in epoch milliseconds. */
export type ToldDelivery = {
  kind: string;
  jobId: string;
  group: string;
  traceId: string;
  /** When its producer enqueued it, ISO 8601. */
  enqueuedAt: string;
  startedAt: number;
  endedAt: number;
  outcome: Outcome;
};

/** What a worker is made of. */
export type WorkerParts = {
  settings: WorkerSettings;
  jobs: ReadonlyMap<string, RunnableJob>;
  clients: WorkerClients;
  /**
   * Resolves when the jobs can open messages and `clients.s3` is there, for a worker that receives before. What is received meanwhile
   * waits for it; when it rejects, messages are returned.
   */
  loaded?: Promise<void>;
  urls: QueueUrls;
  names: ResourceNames;
  sandbox: JobContext["sandbox"];
  /** See `WorkerReport.unconfined`; the report says nothing is missing unless given. */
  unconfined?: readonly string[];
  clock: Clock;
  log: Logger;
  metrics: WorkerMetrics;
  /** Told of every delivery that ended in a slot. */
  onDelivery?: ((told: ToldDelivery) => void) | undefined;
  /** The DynamoDB ledger unless another is given (benchmarks of the queue alone). */
  ledger?: Ledger;
  /** Shared with clients outside the engine; the worker makes its own unless one is given. */
  health?: ServiceHealth;
};
