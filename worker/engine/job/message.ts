// The body of a queue message: what every producer writes and every worker reads. Version 1.
import * as z from "zod";

/** SQS refuses a message (body and attributes together) above 1 MiB. */
export const maxMessageBytes = 1024 * 1024;

const envelope = {
  payload: z.unknown(),
  /** ISO 8601, UTC: when the producer enqueued it; start of the job's wait. */
  enqueuedAt: z.iso.datetime(),
  /** Follows one event through trigger, queue, worker and follow-up jobs. */
  traceId: z.string().min(1).max(128),
  /** How often an operator has sent this job back from its dead-letter queue. */
  redrives: z.number().int().nonnegative().default(0),
};

export const messageSchema = z.object({
  v: z.literal(1),
  kind: z.string().min(1),
  jobId: z.string().min(1).max(128),
  ...envelope,
});

/** The body of an event: the same in every subscribed queue, where it becomes a job of that queue's kind. */
export const eventMessageSchema = z.object({ v: z.literal(1), event: z.string().min(1), ...envelope });

/** A decoded message body; `payload` is still to be checked by the job's own schema. */
export type JobMessage = z.infer<typeof messageSchema>;

/** A decoded event's body; `payload` is still to be checked by the event's own schema. */
export type EventMessage = z.infer<typeof eventMessageSchema>;

/** SQS and SNS refuse U+FFFE and U+FFFF in a body (SendMessage API reference); JSON.stringify leaves them as they are. */
export function bodyText(message: JobMessage | EventMessage): string {
  return JSON.stringify(message).replace(
    /[\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16)}`,
  );
}
