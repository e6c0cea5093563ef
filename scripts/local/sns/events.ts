// All changes of topics and subscriptions as data. The same events are journaled and applied.
import type { MessageAttributes } from "../sqs/message.ts";

/** A published message. Times are epoch milliseconds. */
export type Notification = {
  messageId: string;
  topicArn: string;
  message: string;
  subject?: string;
  attributes: MessageAttributes;
  publishedAt: number;
  /** 20 digits, on FIFO topics only. */
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
  /** A FIFO topic accepted a message: its number, and the key that recognises later copies. */
  | { type: "published"; topicArn: string; sequence: number; key: string; messageId: string }
  /** A function must get a notification. It is open until the event below says that it was delivered or dead-lettered. */
  | { type: "owed"; deliveryId: string; subscriptionArn: string; notification: Notification }
  | { type: "settled"; deliveryId: string }
);
