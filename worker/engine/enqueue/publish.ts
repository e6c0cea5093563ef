// Publishes an event to its FIFO topic, where it becomes one job of every subscribed kind. Used by triggers.
import { PublishCommand, type SNSClient } from "@aws-sdk/client-sns";
import type { TopicName } from "../../fleet/topics.ts";
import type { EventDefinition } from "../job/define-event.ts";
import { eventId, queueSafeId } from "../job/define-job.ts";
import { bodyText } from "../job/message.ts";
import { checked, PayloadRefused } from "./enqueue.ts";

/** SNS refuses a message (body and attributes together) above 256 KiB (Publish API reference). */
export const maxEventBytes = 256 * 1024;

/** Where events are published, and what they are stamped with. */
export type PublishOptions = {
  sns: Pick<SNSClient, "send">;
  topicArn: (topic: TopicName) => string;
  /** Epoch milliseconds. */
  now: () => number;
  newTraceId: () => string;
};

/**
 * Publishes an event, with group and deduplication ids from its definition. Publishing it again is harmless: SNS drops
 * the duplicate within five minutes, the ledger at any later time.
 * @throws PayloadRefused for a payload that does not fit the event's schema or exceeds 256 KiB
 */
export type Publish = <Payload>(event: EventDefinition<Payload>, payload: Payload) => Promise<void>;

/** Makes the function that publishes events. */
export function createPublish({ sns, topicArn, now, newTraceId }: PublishOptions): Publish {
  return async (event, payload) => {
    checked(event.event, event.payload, payload);
    const enqueuedAt = new Date(now()).toISOString();
    const body = bodyText({
      v: 1,
      event: event.event,
      payload,
      enqueuedAt,
      traceId: newTraceId(),
      redrives: 0,
    });
    const attributes = { event: event.event, ...event.attributes?.(payload) };
    const beside = Object.entries(attributes).map(([name, value]) => `${name}String${value}`);
    const bytes = Buffer.byteLength(body) + Buffer.byteLength(beside.join(""));
    if (bytes > maxEventBytes)
      throw new PayloadRefused(
        event.event,
        `event: ${bytes} bytes, at most ${maxEventBytes} (256 KiB) fit an event`,
      );
    const publish = new PublishCommand({
      TopicArn: topicArn(event.topic),
      Message: body,
      MessageGroupId: queueSafeId(event.messageGroupId(payload)),
      MessageDeduplicationId: eventId(event, payload),
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: "String", StringValue }]),
      ),
    });
    await sns.send(publish);
  };
}
