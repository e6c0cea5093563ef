// What is sent to the dead-letter queue: the unchanged message, with cause, runs, redrives and job id as attributes.
import type { MessageAttributeValue, SendMessageCommandInput } from "@aws-sdk/client-sqs";
import { queueSafeId } from "../job/define-job.ts";
import { maxMessageBytes } from "../job/message.ts";
import type { Delivery, Outcome } from "../receive/delivery.ts";

type DeadLettered = Extract<Outcome, { outcome: "dead-lettered" }>;

/**
 * The dead letter of a delivery. Its deduplication id is made of job id, redrives and message id: sending it twice is
 * harmless, and a job that another tool sent back and that dies again soon gets its second letter. Such a redrive counts
 * nowhere while the job is completed and only the work after its commit has failed, but SQS gives its message a new id.
 */
export function deadLetterOf(
  queueUrl: string,
  { body, group, messageId }: Pick<Delivery, "body" | "group" | "messageId">,
  outcome: DeadLettered,
): SendMessageCommandInput {
  return {
    QueueUrl: queueUrl,
    MessageBody: body,
    MessageGroupId: group,
    MessageDeduplicationId: queueSafeId(`${outcome.jobId}#${outcome.redrives}#${messageId}`),
    MessageAttributes: attributesBeside(body, outcome),
  };
}

/** Cause, runs, redrives and job id, if they fit: the body may fill the message by itself. */
function attributesBeside(
  body: string,
  { cause, runs, redrives, jobId }: DeadLettered,
): Record<string, MessageAttributeValue> | undefined {
  const names = "causeStringrunsNumberredrivesNumberjobIdString";
  const fixed = names.length + String(runs).length + String(redrives).length + jobId.length;
  // A UTF-16 unit takes at most three bytes.
  const room = Math.floor((maxMessageBytes - Buffer.byteLength(body) - fixed) / 3);
  if (room < 1) return undefined;
  return {
    cause: { DataType: "String", StringValue: printable(cause.slice(0, Math.min(1000, room))) || "?" },
    runs: { DataType: "Number", StringValue: String(runs) },
    // The body counts only the redrives of our own tool.
    redrives: { DataType: "Number", StringValue: String(redrives) },
    jobId: { DataType: "String", StringValue: jobId },
  };
}

/** SQS refuses most control characters and lone surrogates in attribute values (SendMessage API reference). */
function printable(text: string): string {
  return text.toWellFormed().replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd");
}
