// Sends S3's events to the topics and queues of the same local cloud.
import type { SnsCore } from "../../sns/core.ts";
import type { SqsCore } from "../../sqs/core.ts";
import type { Publish } from "./outbox.ts";

/** The kinds of targets that `publishTo` reaches. */
export const reachableTargets = ["sns", "sqs"] as const;

/** Publishes events in process. Rejects when the topic or queue is missing or refuses the event. */
export function publishTo(sns: SnsCore, sqs: SqsCore): Publish {
  return async ({ kind, arn }, event) => {
    const text = JSON.stringify(event);
    if (kind === "sns") {
      sns.publish(arn, { message: text, subject: "Amazon S3 Notification", attributes: {} });
      return;
    }
    const name = arn.slice(arn.lastIndexOf(":") + 1);
    if (kind !== "sqs" || sqs.arnOf(name) !== arn) throw new Error(`there is no ${kind} target ${arn} here`);
    sqs.send(name, { body: text });
  };
}
