// Delivers a notification to its subscribers: to queues at once and in process, to functions with retries, and to the
// subscription's dead-letter queue when that fails.
import { randomUUID } from "node:crypto";
import type { Clock } from "../clock/clock.ts";
import type { SqsCore } from "../sqs/core.ts";
import { queueDoesNotExist, SqsError } from "../sqs/errors.ts";
import { type LambdaSnsEvent, lambdaEvent, queueEnvelope } from "./envelope.ts";
import type { Notification, SnsEvent } from "./events.ts";
import { type Filter, filterFrom } from "./filter-policy.ts";
import { findSubscription, type Owed, type SnsState, type Subscription, type Topic } from "./state.ts";

/** Runs a function with an event. When it rejects, SNS tries again. */
export type Invoke = (functionArn: string, event: LambdaSnsEvent) => Promise<void>;

/**
 * Milliseconds before each retry. SNS retries 3 times at once, 2 times after a second and 10 times backing off to 20 s
 * ("Amazon SNS message delivery retries"). Its 100,000 further retries are left out.
 */
export const defaultRetryDelaysMs: readonly number[] = [
  0, 0, 0, 1_000, 1_000, 1_000, 1_400, 1_900, 2_700, 3_800, 5_300, 7_300, 10_300, 14_300, 20_000,
];

export type DeliveryParts = {
  state: SnsState;
  clock: Clock;
  sqs: SqsCore;
  invoke: Invoke | undefined;
  emit: (events: readonly SnsEvent[]) => void;
  retryDelaysMs: readonly number[];
  /** How many invocations may run at the same time. */
  concurrency: number;
  /** When true, the end of a running function changes nothing. */
  isClosed: () => boolean;
};

export type Delivery = {
  /** Delivers a notification to every subscription whose filter matches. */
  toAll: (topic: Topic, notification: Notification) => void;
  /** Continues the deliveries of an earlier run. */
  resume: () => void;
};

export function delivery(parts: DeliveryParts): Delivery {
  const { state, clock, sqs, emit } = parts;
  const filters = new WeakMap<Record<string, string>, Filter>();
  const waiting: (() => void)[] = [];
  let running = 0;

  const passes = ({ attributes }: Subscription, { message, attributes: own }: Notification): boolean => {
    if (attributes.FilterPolicy === undefined) return true;
    const scope = attributes.FilterPolicyScope === "MessageBody" ? "MessageBody" : "MessageAttributes";
    const filter = filters.get(attributes) ?? filterFrom(attributes.FilterPolicy, scope);
    filters.set(attributes, filter);
    return filter(message, own);
  };

  const deadLetter = (subscription: Subscription, notification: Notification): void => {
    const policy = subscription.attributes.RedrivePolicy;
    if (policy === undefined) return;
    const { deadLetterTargetArn } = JSON.parse(policy) as { deadLetterTargetArn: string };
    try {
      sendToQueue(sqs, deadLetterTargetArn, subscription, notification);
    } catch (error) {
      if (!(error instanceof SqsError)) throw error;
    }
  };

  const toQueue = (subscription: Subscription, notification: Notification): void => {
    try {
      sendToQueue(sqs, subscription.endpoint, subscription, notification);
    } catch (error) {
      // A queue that is missing or refuses the message is a client-side error, which SNS does not retry.
      if (!(error instanceof SqsError)) throw error;
      deadLetter(subscription, notification);
    }
  };

  const next = (): void => {
    while (running < parts.concurrency) {
      const start = waiting.shift();
      if (start === undefined) return;
      running += 1;
      start();
    }
  };

  const attempt = (owed: Owed, attempts: number): void => {
    waiting.push(() => {
      invokeOnce(owed).then((done) => {
        if (parts.isClosed()) return;
        running -= 1;
        if (done) settled(owed);
        else retry(owed, attempts);
        next();
      });
    });
    next();
  };

  const settled = ({ deliveryId }: Owed): void => emit([{ type: "settled", at: clock.now(), deliveryId }]);

  /** Whether the delivery is done. It is when the subscription no longer exists. */
  const invokeOnce = async (owed: Owed): Promise<boolean> => {
    const subscription = findSubscription(state, owed.subscriptionArn);
    try {
      if (subscription !== undefined) {
        if (parts.invoke === undefined) throw new Error("there are no functions in this cloud");
        await parts.invoke(subscription.endpoint, lambdaEvent(owed.notification, subscription.arn));
      }
    } catch {
      return false;
    }
    return true;
  };

  const retry = (owed: Owed, attempts: number): void => {
    const delay = parts.retryDelaysMs[attempts];
    if (delay !== undefined) {
      clock.at(clock.now() + delay, () => attempt(owed, attempts + 1));
      return;
    }
    const subscription = findSubscription(state, owed.subscriptionArn);
    if (subscription !== undefined) deadLetter(subscription, owed.notification);
    settled(owed);
  };

  const toFunction = ({ arn }: Subscription, notification: Notification): void => {
    const owed: Owed = { deliveryId: randomUUID(), subscriptionArn: arn, notification };
    emit([{ type: "owed", at: clock.now(), ...owed }]);
    attempt(owed, 0);
  };

  return {
    toAll: (topic, notification) => {
      for (const subscription of topic.subscriptions.values()) {
        if (!passes(subscription, notification)) continue;
        if (subscription.protocol === "sqs") toQueue(subscription, notification);
        else toFunction(subscription, notification);
      }
    },
    resume: () => {
      for (const owed of state.owed.values()) attempt(owed, 0);
    },
  };
}

/** Sends one message to a queue, raw or in an envelope, and to a FIFO queue with its group and deduplication ids. */
function sendToQueue(
  sqs: SqsCore,
  queueArn: string,
  subscription: Subscription,
  notification: Notification,
): void {
  const raw = subscription.attributes.RawMessageDelivery === "true";
  const { groupId, deduplicationId, sequenceNumber, attributes } = notification;
  const fifoQueue = queueArn.endsWith(".fifo");
  const fairGroup = sequenceNumber === undefined && groupId !== undefined;
  const name = queueArn.slice(queueArn.lastIndexOf(":") + 1);
  if (sqs.arnOf(name) !== queueArn) throw queueDoesNotExist();
  sqs.send(name, {
    body: raw ? notification.message : queueEnvelope(notification, subscription.arn),
    ...(raw && Object.keys(attributes).length > 0 && { attributes }),
    ...((fifoQueue || fairGroup) && groupId !== undefined && { groupId }),
    ...(fifoQueue && deduplicationId !== undefined && { deduplicationId }),
  });
}
