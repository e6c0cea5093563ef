// Relays one row of the outbox to its queue, then marks it as relayed. Enqueueing comes first, so a row is relayed at least
// once; the ledger recognises a job that was enqueued twice.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Enqueue } from "../../worker/engine/enqueue/enqueue.ts";
import type { JobDefinition } from "../../worker/engine/job/define-job.ts";
import { FleetError } from "../../worker/fleet/errors.ts";
import { keepRelayedSeconds, type OutboxRow } from "../../worker/jobs/outbox/outbox-row.ts";

/** A row names a job kind that this deployment does not have. A later deployment may have it. */
export class UnknownKind extends FleetError {
  override name = "UnknownKind";

  constructor(kind: string) {
    super(`no job kind is called ${JSON.stringify(kind)}`);
  }
}

export type RelayOptions = {
  /** Job definitions by kind, each with its own payload type. */
  jobs: Readonly<Record<string, { kind: string }>>;
  enqueue: Enqueue;
  db: DynamoDBDocumentClient;
  /** The outbox table. */
  table: string;
  /** Epoch milliseconds. */
  now: () => number;
};

/**
 * Relays a row. A row whose time has not come is left to the sweeper.
 * @throws UnknownKind, PayloadRefused, ZodError or SyntaxError for a row that cannot become a message, and the errors of
 *   SQS and DynamoDB
 */
export type Relay = (row: OutboxRow) => Promise<void>;

/** Makes the function that relays rows. */
export function createRelay({ jobs, enqueue, db, table, now }: RelayOptions): Relay {
  return async ({ id, kind, payload, traceId, notBefore, jobId }) => {
    if (notBefore !== undefined && Date.parse(notBefore) > now()) return;
    const followUp = readFollowUp(jobs, { kind, payload });
    await enqueue(followUp.job, followUp.payload, { traceId, causedBy: jobId });
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
 * The job that a row describes, and its payload.
 * @throws UnknownKind, ZodError or SyntaxError for a row that describes none
 */
export function readFollowUp(
  jobs: RelayOptions["jobs"],
  { kind, payload }: Pick<OutboxRow, "kind" | "payload">,
): { job: JobDefinition<string, unknown>; payload: unknown } {
  if (!Object.hasOwn(jobs, kind)) throw new UnknownKind(kind);
  // The payload's type is unknown until the definition's own schema has parsed it.
  const job = jobs[kind] as unknown as JobDefinition<string, unknown>;
  return { job, payload: job.payload.parse(JSON.parse(payload)) };
}
