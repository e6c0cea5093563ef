// A worker's row in the workers table: where it runs, and how many busy and idle slots it has. The operator's tool and the
// console read it. A row that is no longer renewed means a dead worker.
import { type DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Logger } from "pino";
import type { WorkerReport } from "../engine/worker-parts.ts";
import type { Clock } from "../fleet/clock.ts";
import type { KindRuns } from "./run-figures.ts";

/** What the row contains, and how often it is renewed. */
export type PresenceOptions = {
  db: DynamoDBDocumentClient;
  table: string;
  fleet: string;
  instance: string | undefined;
  /** What the worker runs. */
  version?: string | undefined;
  kinds: readonly string[];
  /** Seconds between announcements. */
  everySeconds: number;
  clock: Clock;
  log: Logger;
  report: () => WorkerReport;
  /** The runs of every kind so far. */
  runs: () => Readonly<Record<string, KindRuns>>;
};

/** Rows of workers that stopped or died are removed after this time. */
const forgetAfterSeconds = 24 * 60 * 60;

/** Writes the worker's row once. Failures are logged, never thrown: no job depends on the row. */
export async function announce(options: PresenceOptions): Promise<void> {
  const { worker, ...report } = options.report();
  const now = options.clock.now();
  const row = {
    workerId: worker,
    ...report,
    runs: options.runs(),
    // Keeps the row in the index of those present.
    fleet: report.state === "stopped" ? undefined : options.fleet,
    instance: options.instance,
    version: options.version,
    kinds: options.kinds,
    updatedAt: new Date(now).toISOString(),
    everySeconds: options.everySeconds,
    expiresAt: Math.floor(now / 1000) + forgetAfterSeconds,
  };
  try {
    await options.db.send(new PutCommand({ TableName: options.table, Item: row }));
  } catch (error) {
    options.log.warn({ err: error }, "presence not written");
  }
}

/** Announces until `signal` aborts. */
export async function keepAnnouncing(options: PresenceOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await announce(options);
    await options.clock.sleep(options.everySeconds * 1000, signal);
  }
}
