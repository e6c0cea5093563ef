// Everything that can happen to topics and subscriptions, as data: what is journaled is what is applied.
import type { MessageAttributes } from "../sqs/message.ts";

/** A published message as subscriptions get it. Times are epoch milliseconds. */
export type Notification = {
  messageId: string;
  topicArn: string;
  message: string;
  subject?: string;
  attributes: MessageAttributes;
  publishedAt: number;
  /** 20 digits; FIFO topics only. */
  sequenceNumber?: string;
  groupId?: string;
  deduplicationId?: string;
};

export type SnsEvent = { at: number } & (
  | {
      type: "topic-created";
      topicArn: string;
      attributes: Record<string, string>;
      tags: Record<string, string>;
    }
  | { type: "topic-deleted"; topicArn: string }
  | { type: "topic-attributes-set"; topicArn: string; attributes: Record<string, string> }
  | { type: "tags-set"; topicArn: string; tags: Record<string, string> }
  | {
      type: "subscribed";
      subscriptionArn: string;
      topicArn: string;
      protocol: "sqs" | "lambda";
      endpoint: string;
      attributes: Record<string, string>;
    }
  | { type: "unsubscribed"; subscriptionArn: string }
  | { type: "subscription-attributes-set"; subscriptionArn: string; attributes: Record<string, string> }
  /** A FIFO topic took a message: its number, and what a later copy is recognised by. */
  | { type: "published"; topicArn: string; sequence: number; key: string; messageId: string }
  /** A function is owed a notification until the next event says it has it (or it went to the dead letters). */
  | { type: "owed"; deliveryId: string; subscriptionArn: string; notification: Notification }
  | { type: "settled"; deliveryId: string }
);
