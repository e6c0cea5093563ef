// One received message as the runtime holds it, and the closed set of ways it can end.
import type { Message } from "@aws-sdk/client-sqs";
import type { Lease } from "../lease/lease.ts";

/** A message received and not yet settled. */
export type Delivery = {
  kind: string;
  messageId: string;
  receiptHandle: string;
  /** The message group; jobs of one group run one after another. */
  group: string;
  /** How often SQS has handed this message out, this time included; joint receives raise it for the innocent. */
  receiveCount: number;
  body: string;
  /** Which receive brought it: handles of one receive are settled and extended in one batch where possible. */
  receiveId: string;
  lease: Lease;
};

/** What became of one delivery. The first three end the job; the others leave it to a later delivery. */
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
  | { outcome: "returned" }
  | { outcome: "lost"; cause: string };

/** The names of all outcomes. */
export type OutcomeName = Outcome["outcome"];

/** True where the job has ended and its message is to be deleted. */
export function isTerminal(
  outcome: Outcome,
): outcome is Extract<Outcome, { outcome: "completed" | "rejected" | "dead-lettered" }> {
  return (
    outcome.outcome === "completed" || outcome.outcome === "rejected" || outcome.outcome === "dead-lettered"
  );
}

/** The parts of an SDK message the runtime needs. */
export function deliveryOf(
  message: Message,
  from: { kind: string; receiveId: string; lease: Lease },
): Delivery {
  return {
    ...from,
    messageId: message.MessageId ?? "",
    receiptHandle: message.ReceiptHandle ?? "",
    group: message.Attributes?.MessageGroupId ?? "",
    receiveCount: Number(message.Attributes?.ApproximateReceiveCount ?? 1),
    body: message.Body ?? "",
  };
}
