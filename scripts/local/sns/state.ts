// The state of topics and subscriptions, and how each event changes it.
import { type ExpiringMap, expiringMap } from "../sqs/expiring-map.ts";
import type { Notification, SnsEvent } from "./events.ts";

/** Deduplication window of FIFO topics: 5 minutes (SNS developer guide, "Message deduplication for FIFO topics"). */
const windowMs = 5 * 60_000;

export type Subscription = {
  arn: string;
  topicArn: string;
  protocol: "sqs" | "lambda";
  /** ARN of the queue or function. */
  endpoint: string;
  /** RawMessageDelivery, FilterPolicy, FilterPolicyScope, RedrivePolicy, as set. */
  attributes: Record<string, string>;
};

export type Topic = {
  arn: string;
  name: string;
  fifo: boolean;
  attributes: Record<string, string>;
  tags: Record<string, string>;
  subscriptions: Map<string, Subscription>;
  unsubscribed: number;
  deduplication: ExpiringMap<{ key: string; at: number; messageId: string; sequence: number }>;
};

export type Owed = { deliveryId: string; subscriptionArn: string; notification: Notification };

export type SnsState = {
  topics: Map<string, Topic>;
  /** Deliveries to functions that are not finished. */
  owed: Map<string, Owed>;
  lastSequence: number;
};

export function emptySns(): SnsState {
  return { topics: new Map(), owed: new Map(), lastSequence: 0 };
}

export function findSubscription(state: SnsState, arn: string): Subscription | undefined {
  return state.topics.get(arn.slice(0, arn.lastIndexOf(":")))?.subscriptions.get(arn);
}

/** Applies an event. Events about a missing topic or subscription change nothing. */
export function applySnsEvent(state: SnsState, event: SnsEvent): void {
  switch (event.type) {
    case "topic-created":
      state.topics.set(event.topicArn, newTopic(event));
      break;
    case "topic-deleted":
      state.topics.delete(event.topicArn);
      break;
    case "topic-attributes-set":
      change(state.topics.get(event.topicArn), { attributes: event.attributes });
      break;
    case "tags-set":
      change(state.topics.get(event.topicArn), { tags: event.tags });
      break;
    case "subscribed": {
      const { subscriptionArn: arn, topicArn, protocol, endpoint, attributes } = event;
      state.topics.get(topicArn)?.subscriptions.set(arn, { arn, topicArn, protocol, endpoint, attributes });
      break;
    }
    case "unsubscribed":
      unsubscribe(state, event.subscriptionArn);
      break;
    case "subscription-attributes-set":
      change(findSubscription(state, event.subscriptionArn), { attributes: event.attributes });
      break;
    case "published":
      state.lastSequence = Math.max(state.lastSequence, event.sequence);
      state.topics.get(event.topicArn)?.deduplication.set(event);
      break;
    case "owed":
      state.owed.set(event.deliveryId, event);
      break;
    case "settled":
      state.owed.delete(event.deliveryId);
      break;
    default:
      throw new Error(`unknown event ${JSON.stringify(event satisfies never)}`);
  }
}

function change<Item extends object>(item: Item | undefined, changes: Partial<Item>): void {
  if (item !== undefined) Object.assign(item, changes);
}

function newTopic(event: Extract<SnsEvent, { type: "topic-created" }>): Topic {
  const name = event.topicArn.slice(event.topicArn.lastIndexOf(":") + 1);
  return {
    arn: event.topicArn,
    name,
    fifo: name.endsWith(".fifo"),
    attributes: event.attributes,
    tags: event.tags,
    subscriptions: new Map(),
    unsubscribed: 0,
    deduplication: expiringMap(windowMs),
  };
}

function unsubscribe(state: SnsState, arn: string): void {
  const subscription = findSubscription(state, arn);
  const topic = subscription && state.topics.get(subscription.topicArn);
  if (topic === undefined) return;
  topic.subscriptions.delete(arn);
  topic.unsubscribed += 1;
}

/** The state as the shortest list of events that recreates it. */
export function* snsSnapshot(state: SnsState, at: number): Generator<SnsEvent> {
  for (const topic of state.topics.values()) {
    const { arn: topicArn, attributes, tags } = topic;
    yield { type: "topic-created", at, topicArn, attributes, tags };
    for (const { arn, protocol, endpoint, attributes: own } of topic.subscriptions.values()) {
      yield { type: "subscribed", at, subscriptionArn: arn, topicArn, protocol, endpoint, attributes: own };
    }
    for (const { key, at: publishedAt, messageId, sequence } of topic.deduplication.values()) {
      yield { type: "published", at: publishedAt, topicArn, sequence, key, messageId };
    }
  }
  for (const { deliveryId, subscriptionArn, notification } of state.owed.values()) {
    yield { type: "owed", at, deliveryId, subscriptionArn, notification };
  }
}
