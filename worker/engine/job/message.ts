// The body of a queue message, as every producer writes it and every worker reads it. Version 1.
import * as z from "zod";

/** SQS refuses a message (body and attributes together) above 1 MiB. */
export const maxMessageBytes = 1024 * 1024;

const envelope = {
  payload: z.unknown(),
  /** When the producer enqueued it, ISO 8601, UTC: the start of the job's wait. */
  enqueuedAt: z.iso.datetime(),
  /** Follows one event through trigger, queue, worker and follow-up jobs. */
  traceId: z.string().min(1).max(128),
  /** How often an operator has redriven this job from its dead-letter queue. */
  redrives: z.number().int().nonnegative().default(0),
};

/**
 * The SQS message attribute that names the job whose commit enqueued this one, for people. It is not in the body: a worker of before
 * would leave a body with a field that it does not know to newer ones.
 */
export const causedByAttribute = "causedBy";

export const messageSchema = z.object({
  v: z.literal(1),
  kind: z.string().min(1),
  jobId: z.string().min(1).max(128),
  ...envelope,
});

/** The body of an event. It is the same in every subscribed queue and becomes a job of that queue's kind. */
export const eventMessageSchema = z.object({ v: z.literal(1), event: z.string().min(1), ...envelope });

/** A decoded message body; `payload` has not been checked by the job's own schema yet. */
export type JobMessage = z.infer<typeof messageSchema>;

/** A decoded event body; `payload` has not been checked by the event's own schema yet. */
export type EventMessage = z.infer<typeof eventMessageSchema>;

const versionSchema = z.object({ v: z.number().int().positive() });

/** The version a body claims to have; undefined for a body that is no message of this project. */
export function bodyVersion(body: unknown): number | undefined {
  return versionSchema.safeParse(body).data?.v;
}

/** A body as text. SQS and SNS refuse U+FFFE and U+FFFF (SendMessage API reference), so they are escaped. */
export function bodyText(message: JobMessage | EventMessage): string {
  return JSON.stringify(message).replace(
    /[\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16)}`,
  );
}
