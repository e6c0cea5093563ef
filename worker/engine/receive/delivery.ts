// One received message as the engine holds it, and the closed set of outcomes.
import type { Message } from "@aws-sdk/client-sqs";
import { causedByAttribute } from "../job/message.ts";
import type { Lease } from "../lease/lease.ts";

/** A message received and not yet settled. */
export type Delivery = {
  kind: string;
  messageId: string;
  receiptHandle: string;
  /** The message group; jobs of one group run one after another. */
  group: string;
  /** How often SQS has delivered this message, this time included. Receives of whole groups raise it for innocent messages. */
  receiveCount: number;
  body: string;
  /** The job whose commit enqueued this one, where the message says so. */
  causedBy?: string;
  /** Which receive brought it. Handles of one receive are deleted and extended in one batch where possible. */
  receiveId: string;
  lease: Lease;
};

/** The outcome of one delivery. The first three end the job; the others leave it to a later delivery. */
export type Outcome =
  | { outcome: "completed"; replayed: boolean }
  | { outcome: "rejected"; code: string; reason: string; replayed: boolean }
  | {
      outcome: "dead-lettered";
      cause: string;
      runs: number;
      jobId: string;
      redrives: number;
      unsent: boolean;
    }
  | { outcome: "retried"; cause: string; run: number; delaySeconds: number }
  /** The cloud's trouble, not the job's failure: it runs again after a pause, in order. */
  | { outcome: "put off"; cause: string; delaySeconds: number }
  | { outcome: "returned" }
  | { outcome: "lost"; cause: string };

/** The names of all outcomes. */
export type OutcomeName = Outcome["outcome"];

/** True when the job has ended and its message can be deleted. */
export function isTerminal(
  outcome: Outcome,
): outcome is Extract<Outcome, { outcome: "completed" | "rejected" | "dead-lettered" }> {
  return (
    outcome.outcome === "completed" || outcome.outcome === "rejected" || outcome.outcome === "dead-lettered"
  );
}

/** Reads an SDK message. */
export function deliveryOf(
  message: Message,
  from: { kind: string; receiveId: string; lease: Lease },
): Delivery {
  const causedBy = message.MessageAttributes?.[causedByAttribute]?.StringValue;
  return {
    ...from,
    ...(causedBy !== undefined && { causedBy: causedBy.slice(0, 128) }),
    messageId: message.MessageId ?? "",
    receiptHandle: message.ReceiptHandle ?? "",
    group: message.Attributes?.MessageGroupId ?? "",
    receiveCount: Number(message.Attributes?.ApproximateReceiveCount ?? 1),
    body: message.Body ?? "",
  };
}
