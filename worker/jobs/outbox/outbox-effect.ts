// A follow-up job as an effect. It is committed with the job's other effects or not at all, so follow-ups are neither
// enqueued without their cause nor forgotten. It reaches its queue at least once; the ledger makes it happen once.
import { createHash } from "node:crypto";
import { type JobDefinition, jobIdOf } from "../../engine/job/define-job.ts";
import type { Effect, JobContext } from "../../engine/job/handler.ts";
import { graceSeconds, type OutboxRow, pendingShards } from "./outbox-row.ts";

/**
 * Enqueues a follow-up job with the commit of this one. DynamoDB refuses a commit that contains the same follow-up twice.
 * @param notBeforeMs epoch milliseconds: the follow-up is enqueued by the sweeper then, within a minute or two
 * @throws ZodError for a payload that does not match the job's schema
 */
export function outboxEffect<Payload>(
  job: JobDefinition<string, Payload>,
  payload: Payload,
  { names, jobId, traceId, now }: Pick<JobContext, "names" | "jobId" | "traceId" | "now">,
  { notBeforeMs }: { notBeforeMs?: number } = {},
): Effect {
  const followUpId = jobIdOf(job, job.payload.parse(payload));
  const id = createHash("sha256")
    .update(JSON.stringify([jobId, followUpId]))
    .digest("hex");
  const row: OutboxRow & { createdAt: string; jobId: string; followUpId: string } = {
    id,
    kind: job.kind,
    payload: JSON.stringify(payload),
    traceId,
    pending: pendingShards[Number.parseInt(id.slice(-1), 16)] ?? "0",
    dueAt: new Date(Math.max(now() + graceSeconds * 1000, notBeforeMs ?? 0)).toISOString(),
    ...(notBeforeMs !== undefined && { notBefore: new Date(notBeforeMs).toISOString() }),
    tries: 0,
    createdAt: new Date(now()).toISOString(),
    jobId,
    followUpId,
  };
  return {
    Put: { TableName: names.tables.outbox, Item: row, ConditionExpression: "attribute_not_exists(id)" },
  };
}
