// The forms of a notification: the JSON envelope for queues, the event for functions.
import { createHash } from "node:crypto";
import type { MessageAttributes } from "../sqs/message.ts";
import type { Notification } from "./events.ts";

const iso = (ms: number) => new Date(ms).toISOString();

/** Amazon's key is not available here, so a fixed digest replaces its signature. */
const signature = createHash("sha256").update("local cloud: not signed").digest("base64");
const certificate = "https://sns.local.invalid/SimpleNotificationService.pem";
const unsubscribeUrl = (arn: string) =>
  `https://sns.local.invalid/?Action=Unsubscribe&SubscriptionArn=${encodeURIComponent(arn)}`;

function attributeViews(attributes: MessageAttributes): Record<string, { Type: string; Value: string }> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      { Type: DataType, Value: StringValue ?? BinaryValue ?? "" },
    ]),
  );
}

/** The JSON body of a queue message without raw delivery. FIFO topics add a number and do not sign. */
export function queueEnvelope(notification: Notification, subscriptionArn: string): string {
  const { sequenceNumber, attributes, subject } = notification;
  return JSON.stringify({
    Type: "Notification",
    MessageId: notification.messageId,
    ...(sequenceNumber !== undefined && { SequenceNumber: sequenceNumber }),
    TopicArn: notification.topicArn,
    ...(subject !== undefined && { Subject: subject }),
    Message: notification.message,
    Timestamp: iso(notification.publishedAt),
    ...(sequenceNumber === undefined && {
      SignatureVersion: "1",
      Signature: signature,
      SigningCertURL: certificate,
    }),
    UnsubscribeURL: unsubscribeUrl(subscriptionArn),
    ...(Object.keys(attributes).length > 0 && { MessageAttributes: attributeViews(attributes) }),
  });
}

/** The event for a Lambda function (Lambda developer guide, "Using AWS Lambda with Amazon SNS"). */
export function lambdaEvent(notification: Notification, subscriptionArn: string) {
  return {
    Records: [
      {
        EventSource: "aws:sns",
        EventVersion: "1.0",
        EventSubscriptionArn: subscriptionArn,
        Sns: {
          Type: "Notification",
          MessageId: notification.messageId,
          TopicArn: notification.topicArn,
          Subject: notification.subject ?? null,
          Message: notification.message,
          Timestamp: iso(notification.publishedAt),
          SignatureVersion: "1",
          Signature: signature,
          SigningCertUrl: certificate,
          UnsubscribeUrl: unsubscribeUrl(subscriptionArn),
          MessageAttributes: attributeViews(notification.attributes),
        },
      },
    ],
  };
}

export type LambdaSnsEvent = ReturnType<typeof lambdaEvent>;
