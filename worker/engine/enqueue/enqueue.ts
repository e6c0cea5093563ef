// Enqueues a job. Triggers, scripts and the outbox relay make all their messages here.
import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type * as z from "zod";
import { FleetError } from "../../fleet/errors.ts";
import { type JobDefinition, jobIdOf, queueSafeId } from "../job/define-job.ts";
import { bodyText, causedByAttribute, type JobMessage, maxMessageBytes } from "../job/message.ts";

/** A payload that cannot become a message; the text names every field and its limit. */
export class PayloadRefused extends FleetError {
  override name = "PayloadRefused";

  constructor(kind: string, problems: string) {
    super(`payload refused for ${kind}: ${problems}`);
  }
}

/** Where jobs are sent, and what they are stamped with. */
export type EnqueueOptions = {
  sqs: SQSClient;
  queueUrl: (kind: string) => string | Promise<string>;
  /** Epoch milliseconds. */
  now: () => number;
  newTraceId: () => string;
};

/**
 * Sends one job to its kind's queue, with group and deduplication ids from the definition. Sending the same job again
 * is harmless: SQS drops the duplicate within five minutes, the ledger at any later time.
 * @throws PayloadRefused for a payload that does not fit the job's schema or exceeds 1 MiB
 */
export type Enqueue = <Payload>(
  job: JobDefinition<string, Payload>,
  payload: Payload,
  options?: { traceId?: string; causedBy?: string | undefined },
) => Promise<{ jobId: string; messageId: string }>;

/** Makes the function that enqueues jobs. */
export function createEnqueue({ sqs, queueUrl, now, newTraceId }: EnqueueOptions): Enqueue {
  return async (job, payload, { traceId = newTraceId(), causedBy } = {}) => {
    const jobId = jobIdOf(job, checked(job.kind, job.payload, payload));
    const body = bodyOf({
      v: 1,
      kind: job.kind,
      jobId,
      payload,
      enqueuedAt: new Date(now()).toISOString(),
      traceId,
      redrives: 0,
    });
    const { MessageId = "" } = await sqs.send(
      new SendMessageCommand({
        QueueUrl: await queueUrl(job.kind),
        MessageBody: body,
        MessageGroupId: queueSafeId(job.messageGroupId(payload)),
        MessageDeduplicationId: jobId.slice(job.kind.length + 1),
        ...(causedBy !== undefined && {
          MessageAttributes: { [causedByAttribute]: { DataType: "String", StringValue: causedBy } },
        }),
      }),
    );
    return { jobId, messageId: MessageId };
  };
}

/**
 * Returns the unchanged payload if it fits the schema.
 * @throws PayloadRefused naming every field that does not fit
 */
export function checked<Payload>(name: string, schema: z.ZodType<Payload>, payload: Payload): Payload {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return payload;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.map(String).join(".") || "payload"}: ${message}`,
  );
  throw new PayloadRefused(name, problems.join("; "));
}

function bodyOf(message: JobMessage): string {
  const body = bodyText(message);
  const bytes = Buffer.byteLength(body);
  if (bytes > maxMessageBytes)
    throw new PayloadRefused(
      message.kind,
      `message: ${bytes} bytes, at most ${maxMessageBytes} (1 MiB) fit a message`,
    );
  return body;
}
