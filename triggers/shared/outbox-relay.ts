// Takes one row of the outbox to its queue and marks it. Enqueueing comes first, so a row is relayed at least once;
// whoever comes second finds the mark, and the ledger finds a job that was enqueued twice.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Enqueue } from "../../worker/engine/enqueue/enqueue.ts";
import type { JobDefinition } from "../../worker/engine/job/define-job.ts";
import { FleetError } from "../../worker/fleet/errors.ts";
import { keepRelayedSeconds, type OutboxRow } from "../../worker/jobs/outbox/outbox-row.ts";

/** A row names a job kind this deployment does not have; a later one may. */
export class UnknownKind extends FleetError {
  constructor(kind: string) {
    super(`no job kind is called ${JSON.stringify(kind)}`);
  }
}

/** What relaying needs. */
export type RelayOptions = {
  /** Job definitions by kind, each of its own payload. */
  jobs: Readonly<Record<string, { kind: string }>>;
  enqueue: Enqueue;
  db: DynamoDBDocumentClient;
  /** The outbox table. */
  table: string;
  /** Epoch milliseconds. */
  now: () => number;
};

/**
 * Relays a row.
 * @throws UnknownKind, PayloadRefused, ZodError, SyntaxError for a row that cannot become a message, and what the calls throw
 */
export type Relay = (row: OutboxRow) => Promise<void>;

/** Makes the function that relays rows. */
export function createRelay({ jobs, enqueue, db, table, now }: RelayOptions): Relay {
  return async ({ id, kind, payload, traceId }) => {
    const followUp = readFollowUp(jobs, { kind, payload });
    await enqueue(followUp.job, followUp.payload, { traceId });
    const mark = new UpdateCommand({
      TableName: table,
      Key: { id },
      UpdateExpression: "SET relayedAt = :at, expiresAt = :expires REMOVE pending",
      ConditionExpression: "attribute_exists(pending)",
      ExpressionAttributeValues: {
        ":at": new Date(now()).toISOString(),
        ":expires": Math.floor(now() / 1000) + keepRelayedSeconds,
      },
    });
    await db.send(mark).catch((error: unknown) => {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    });
  };
}

/**
 * The job a row stands for, and its payload.
 * @throws UnknownKind, ZodError or SyntaxError for a row that stands for none
 */
export function readFollowUp(
  jobs: RelayOptions["jobs"],
  { kind, payload }: Pick<OutboxRow, "kind" | "payload">,
): { job: JobDefinition<string, unknown>; payload: unknown } {
  if (!Object.hasOwn(jobs, kind)) throw new UnknownKind(kind);
  // A definition's payload is unknown until its own schema has read it.
  const job = jobs[kind] as unknown as JobDefinition<string, unknown>;
  return { job, payload: job.payload.parse(JSON.parse(payload)) };
}
