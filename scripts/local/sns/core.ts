// SNS without HTTP: topics, subscriptions and publishing. The clock is an argument; a journal keeps the state.
import { randomUUID } from "node:crypto";
import { type Clock, closable } from "../clock/clock.ts";
import type { SqsCore } from "../sqs/core.ts";
import type { Journal } from "../state/journal.ts";
import { type Attributes, checkedSubscriptionAttributes, checkTopicAttributes } from "./attributes.ts";
import { defaultRetryDelaysMs, delivery, type Invoke } from "./deliver.ts";
import { invalidParameter, notImplemented, SnsError } from "./errors.ts";
import type { SnsEvent } from "./events.ts";
import { checkPublish, type PublishInput, publication, textFor } from "./publish.ts";
import {
  applySnsEvent,
  emptySns,
  findSubscription,
  type Subscription,
  snsSnapshot,
  type Topic,
} from "./state.ts";

export type SnsCoreOptions = {
  clock: Clock;
  sqs: SqsCore;
  /** Runs a subscribed function. Without it deliveries to functions fail and go to the dead-letter queue. */
  invoke?: Invoke;
  journal?: Journal<SnsEvent>;
  retryDelaysMs?: readonly number[];
  /** How many functions run at the same time. */
  concurrency?: number;
};

export type SnsCore = ReturnType<typeof createSnsCore>;

/** Opens the topics, in the account and region of the queues. Commands throw `SnsError`. */
export function createSnsCore(options: SnsCoreOptions) {
  const { sqs, journal } = options;
  const clock = closable(options.clock);
  let closed = false;
  const state = emptySns();
  for (const event of journal?.load() ?? []) applySnsEvent(state, event);
  if (journal?.isBloated()) journal.rewrite(snsSnapshot(state, clock.now()));
  const emit = (events: readonly SnsEvent[]): void => {
    journal?.append(events);
    for (const event of events) applySnsEvent(state, event);
    if (journal?.isBloated()) journal.rewrite(snsSnapshot(state, clock.now()));
  };
  const deliveries = delivery({
    state,
    clock,
    sqs,
    emit,
    isClosed: () => closed,
    invoke: options.invoke,
    retryDelaysMs: options.retryDelaysMs ?? defaultRetryDelaysMs,
    concurrency: options.concurrency ?? 50,
  });
  const prefix = `arn:aws:sns:${sqs.region}:${sqs.accountId}:`;

  const topic = (arn: string): Topic => {
    checkArn("TopicArn", arn);
    if (!arn.startsWith(prefix)) throw invalidParameter("TopicArn");
    const found = state.topics.get(arn);
    if (found === undefined) throw new SnsError("NotFound", "Topic does not exist");
    return found;
  };
  const subscription = (arn: string): Subscription => {
    checkArn("SubscriptionArn", arn);
    const found = findSubscription(state, arn);
    if (found === undefined) throw new SnsError("NotFound", "Subscription does not exist");
    return found;
  };

  return {
    accountId: sqs.accountId,
    topic,
    subscription,
    topics: () => [...state.topics.values()],
    subscriptions: () => [...state.topics.values()].flatMap((each) => [...each.subscriptions.values()]),
    /** Deliveries to functions that are not finished. */
    owed: () => state.owed.size,
    /** Creates a topic, or does nothing if it exists with these attributes and tags. Returns its ARN. */
    createTopic: (name: string, attributes: Attributes = {}, tags: Attributes = {}): string => {
      const fifo = attributes.FifoTopic === "true";
      checkTopicAttributes(attributes, fifo);
      if (
        !/^(?:[A-Za-z0-9_-]{1,256}|[A-Za-z0-9_-]{1,251}\.fifo)$/.test(name) ||
        name.endsWith(".fifo") !== fifo
      ) {
        throw invalidParameter("Topic Name");
      }
      const topicArn = prefix + name;
      const existing = state.topics.get(topicArn);
      if (existing === undefined)
        emit([{ type: "topic-created", at: clock.now(), topicArn, attributes, tags }]);
      else refuseDifference(existing, attributes, tags);
      return topicArn;
    },
    deleteTopic: (arn: string) => {
      checkArn("TopicArn", arn);
      emit([{ type: "topic-deleted", at: clock.now(), topicArn: arn }]);
    },
    setTopicAttribute: (arn: string, name: string, value: string) => {
      const { fifo, attributes } = topic(arn);
      if (name === "FifoTopic") throw invalidParameter("AttributeName");
      checkTopicAttributes({ [name]: value }, fifo);
      const changed = { ...attributes, [name]: value };
      emit([{ type: "topic-attributes-set", at: clock.now(), topicArn: arn, attributes: changed }]);
    },
    changeTags: (arn: string, change: (tags: Attributes) => Attributes) => {
      const found = state.topics.get(arn);
      if (found === undefined) throw new SnsError("ResourceNotFound", "Resource does not exist");
      emit([{ type: "tags-set", at: clock.now(), topicArn: arn, tags: change({ ...found.tags }) }]);
    },
    /** Subscribes a queue or function by its ARN, or finds its subscription. Returns the subscription's ARN. */
    subscribe: (arn: string, protocol: string, endpoint: string, given: Attributes = {}): string => {
      const to = topic(arn);
      const known = checkedProtocol(to, protocol, endpoint);
      const attributes = checkedSubscriptionAttributes(given, {}, { protocol, endpoint, fifoTopic: to.fifo });
      const existing = [...to.subscriptions.values()].find(
        (each) => each.protocol === known && each.endpoint === endpoint,
      );
      if (existing !== undefined) {
        const same = Object.keys(given).every((name) => (existing.attributes[name] ?? "") === given[name]);
        if (same) return existing.arn;
        throw invalidParameter("Attributes Reason: Subscription already exists with different attributes");
      }
      const subscriptionArn = `${arn}:${randomUUID()}`;
      const at = clock.now();
      emit([
        { type: "subscribed", at, subscriptionArn, topicArn: arn, protocol: known, endpoint, attributes },
      ]);
      return subscriptionArn;
    },
    unsubscribe: (arn: string) => {
      checkArn("SubscriptionArn", arn);
      emit([{ type: "unsubscribed", at: clock.now(), subscriptionArn: arn }]);
    },
    setSubscriptionAttribute: (arn: string, name: string, value: string) => {
      const { protocol, endpoint, attributes, topicArn } = subscription(arn);
      const fifoTopic = topic(topicArn).fifo;
      const changed = checkedSubscriptionAttributes({ [name]: value }, attributes, {
        protocol,
        endpoint,
        fifoTopic,
      });
      const at = clock.now();
      emit([{ type: "subscription-attributes-set", at, subscriptionArn: arn, attributes: changed }]);
    },
    /** Checks a message without publishing it. Throws `SnsError`. */
    checkPublish: (arn: string, input: PublishInput) => checkPublish(topic(arn), input),
    /** Publishes a message. Queues have it when this returns; functions get it later. */
    publish: (arn: string, input: PublishInput): { messageId: string; sequenceNumber?: string } => {
      const to = topic(arn);
      checkPublish(to, input);
      const at = clock.now();
      const published = publication(state, to, perProtocol(input), at);
      const { messageId, key, sequence, sequenceNumber } = published;
      if (!published.copy) deliveries.toAll(to, published.notification);
      if (key !== undefined && sequence !== undefined) {
        emit([{ type: "published", at, topicArn: arn, sequence, key, messageId }]);
      }
      return { messageId, ...(sequenceNumber !== undefined && { sequenceNumber }) };
    },
    /** Publishes several messages at once, so that waiting receives see all of them. */
    together: sqs.together,
    /** Continues the deliveries to functions of an earlier run. Call it once, when the functions can be invoked. */
    resume: deliveries.resume,
    /** Ends all timers. The next run continues unfinished deliveries to functions. */
    close: () => {
      closed = true;
      clock.close();
      journal?.close();
    },
  };
}

/** Queues and functions get the same text here. A structured message with different texts for them is refused. */
function perProtocol(input: PublishInput & { message: string }): PublishInput & { message: string } {
  if (input.structure === undefined) return input;
  if (input.structure !== "json") throw invalidParameter("MessageStructure");
  const [queue, lambda] = [textFor(input.message, "sqs"), textFor(input.message, "lambda")];
  if (queue !== lambda) throw notImplemented("different texts for sqs and lambda in one message");
  return { ...input, message: queue };
}

function checkArn(parameter: string, arn: string): void {
  const parts = arn.split(":").length;
  if (parts >= 6) return;
  throw invalidParameter(`${parameter} Reason: An ARN must have at least 6 elements, not ${parts}`);
}

function refuseDifference(existing: Topic, attributes: Attributes, tags: Attributes): void {
  const initially: Attributes = {
    DisplayName: "",
    ContentBasedDeduplication: "false",
    FifoThroughputScope: "Topic",
    FifoTopic: "false",
  };
  const has = (name: string) => existing.attributes[name] ?? initially[name];
  if (Object.keys(attributes).some((name) => has(name) !== attributes[name])) {
    throw invalidParameter("Attributes Reason: Topic already exists with different attributes");
  }
  if (Object.keys(tags).some((key) => existing.tags[key] !== tags[key])) {
    throw invalidParameter("Tags Reason: Topic already exists with different tags");
  }
}

function checkedProtocol(topic: Topic, protocol: string, endpoint: string): "sqs" | "lambda" {
  if (protocol === "lambda") {
    if (topic.fifo) throw invalidParameter("Protocol Reason: FIFO topics deliver to Amazon SQS queues only");
    if (!/^arn:aws:lambda:[^:]+:\d{12}:function:.+$/.test(endpoint))
      throw invalidParameter("Lambda endpoint ARN");
    return "lambda";
  }
  if (protocol !== "sqs") {
    const known = ["http", "https", "email", "email-json", "sms", "application", "firehose"].includes(
      protocol,
    );
    if (known) throw notImplemented(`the protocol ${protocol}`);
    throw invalidParameter(`Amazon SNS does not support this protocol string: ${protocol}`);
  }
  if (!/^arn:aws:sqs:[^:]+:\d{12}:[A-Za-z0-9_.-]+$/.test(endpoint))
    throw invalidParameter("SQS endpoint ARN");
  if (!topic.fifo && endpoint.endsWith(".fifo")) {
    throw invalidParameter(
      "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics",
    );
  }
  return "sqs";
}
