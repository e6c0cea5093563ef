// Each SNS action: from its form through the core to the answer.
import { type Form, itemsOf, mapOf, type QueryValue, TextMap, textOf } from "../protocols/query.ts";
import type { MessageAttribute, MessageAttributes } from "../sqs/message.ts";
import type { SnsCore } from "./core.ts";
import { invalidParameter, notImplemented, SnsError } from "./errors.ts";
import { maxPublishBytes, type PublishInput, publishBytes } from "./publish.ts";
import { subscriptionAttributes, subscriptionView, topicView } from "./views.ts";

export type SnsResult = {
  output?: { [name: string]: QueryValue | undefined };
  summary?: Record<string, unknown>;
};
type SnsAction = (core: SnsCore, form: Form) => SnsResult;

const pageSize = 100;

function required(form: Form, name: string): string {
  const text = textOf(form, name);
  if (text === undefined || text === "")
    throw invalidParameter(`${name} Reason: no value for required parameter`);
  return text;
}

function page<Item>(items: readonly Item[], form: Form): { items: Item[]; NextToken: string | undefined } {
  const start = Number(Buffer.from(textOf(form, "NextToken") ?? "", "base64").toString() || 0);
  if (!Number.isInteger(start) || start < 0) throw invalidParameter("NextToken");
  const end = start + pageSize;
  const NextToken = end < items.length ? Buffer.from(String(end)).toString("base64") : undefined;
  return { items: items.slice(start, end), NextToken };
}

function tagsOf(form: Form): Record<string, string> {
  const pairs = itemsOf(form, "Tags").map((tag) =>
    typeof tag === "string" ? ["", ""] : [textOf(tag, "Key") ?? "", textOf(tag, "Value") ?? ""],
  );
  if (new Set(pairs.map(([key]) => key)).size < pairs.length)
    throw invalidParameter("Duplicated keys are not allowed.");
  return Object.fromEntries(pairs);
}

function attributesOf(form: Form): MessageAttributes {
  const attributes: MessageAttributes = {};
  for (const item of itemsOf(form, "MessageAttributes")) {
    if (typeof item === "string") continue;
    const value = item.Value;
    if (typeof value !== "object") continue;
    const attribute: MessageAttribute = { DataType: textOf(value, "DataType") ?? "" };
    const [text, binary] = [textOf(value, "StringValue"), textOf(value, "BinaryValue")];
    if (text !== undefined) attribute.StringValue = text;
    if (binary !== undefined) attribute.BinaryValue = binary;
    attributes[textOf(item, "Name") ?? ""] = attribute;
  }
  return attributes;
}

function publishInput(form: Form): PublishInput {
  const optional = {
    subject: textOf(form, "Subject"),
    structure: textOf(form, "MessageStructure"),
    groupId: textOf(form, "MessageGroupId"),
    deduplicationId: textOf(form, "MessageDeduplicationId"),
  };
  const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  return { message: textOf(form, "Message"), attributes: attributesOf(form), ...given };
}

function checkBatch(entries: readonly Form[]): void {
  const ids = entries.map((entry) => textOf(entry, "Id") ?? "");
  if (ids.length === 0)
    throw new SnsError("EmptyBatchRequest", "The batch request doesn't contain any entries.");
  if (ids.length > 10) {
    throw new SnsError(
      "TooManyEntriesInBatchRequest",
      "The batch request contains more entries than permissible.",
    );
  }
  const wrong = ids.find((id) => !/^[A-Za-z0-9_-]{1,80}$/.test(id));
  if (wrong !== undefined) {
    throw new SnsError(
      "InvalidBatchEntryId",
      `The Id of a batch entry in the batch request is not allowed: ${wrong}`,
    );
  }
  if (new Set(ids).size < ids.length) {
    throw new SnsError(
      "BatchEntryIdsNotDistinct",
      "Two or more batch entries in the request have the same Id.",
    );
  }
  const bytes = entries.reduce((total, entry) => total + publishBytes(publishInput(entry)), 0);
  if (bytes > maxPublishBytes) {
    throw new SnsError(
      "BatchRequestTooLong",
      "The length of all the messages put together is more than the limit.",
    );
  }
}

const answerOf = ({ messageId, sequenceNumber }: { messageId: string; sequenceNumber?: string }) => ({
  MessageId: messageId,
  SequenceNumber: sequenceNumber,
});

export const snsActions: Readonly<Record<string, SnsAction>> = {
  CreateTopic: (core, form) => {
    const topic = core.createTopic(required(form, "Name"), mapOf(form, "Attributes"), tagsOf(form));
    return { output: { TopicArn: topic }, summary: { topic } };
  },
  DeleteTopic: (core, form) => {
    core.deleteTopic(required(form, "TopicArn"));
    return {};
  },
  ListTopics: (core, form) => {
    const { items, NextToken } = page(core.topics(), form);
    return { output: { Topics: items.map(({ arn }) => ({ TopicArn: arn })), NextToken } };
  },
  GetTopicAttributes: (core, form) => {
    const topic = core.topic(required(form, "TopicArn"));
    return { output: { Attributes: new TextMap(topicView(topic, core.accountId)) } };
  },
  SetTopicAttributes: (core, form) => {
    const name = required(form, "AttributeName");
    core.setTopicAttribute(required(form, "TopicArn"), name, textOf(form, "AttributeValue") ?? "");
    return {};
  },
  Subscribe: (core, form) => {
    const protocol = required(form, "Protocol");
    const endpoint = required(form, "Endpoint");
    const arn = core.subscribe(required(form, "TopicArn"), protocol, endpoint, mapOf(form, "Attributes"));
    return { output: { SubscriptionArn: arn }, summary: { subscription: arn, endpoint } };
  },
  Unsubscribe: (core, form) => {
    core.unsubscribe(required(form, "SubscriptionArn"));
    return {};
  },
  ListSubscriptions: (core, form) => {
    const { items, NextToken } = page(core.subscriptions(), form);
    return {
      output: { Subscriptions: items.map((item) => subscriptionView(item, core.accountId)), NextToken },
    };
  },
  ListSubscriptionsByTopic: (core, form) => {
    const { subscriptions } = core.topic(required(form, "TopicArn"));
    const { items, NextToken } = page([...subscriptions.values()], form);
    return {
      output: { Subscriptions: items.map((item) => subscriptionView(item, core.accountId)), NextToken },
    };
  },
  GetSubscriptionAttributes: (core, form) => {
    const subscription = core.subscription(required(form, "SubscriptionArn"));
    return { output: { Attributes: new TextMap(subscriptionAttributes(subscription, core.accountId)) } };
  },
  SetSubscriptionAttributes: (core, form) => {
    const name = required(form, "AttributeName");
    core.setSubscriptionAttribute(
      required(form, "SubscriptionArn"),
      name,
      textOf(form, "AttributeValue") ?? "",
    );
    return {};
  },
  Publish: (core, form) => {
    if (textOf(form, "PhoneNumber") !== undefined) throw notImplemented("messages to phones");
    const topic = textOf(form, "TopicArn") ?? required(form, "TargetArn");
    const published = core.publish(topic, publishInput(form));
    return { output: answerOf(published), summary: { topic, messages: [published.messageId] } };
  },
  PublishBatch: (core, form) => {
    const topic = required(form, "TopicArn");
    const entries = itemsOf(form, "PublishBatchRequestEntries").filter((entry) => typeof entry === "object");
    core.topic(topic);
    checkBatch(entries);
    for (const entry of entries) core.checkPublish(topic, publishInput(entry));
    const Successful = core.together(() =>
      entries.map((entry) => ({
        Id: required(entry, "Id"),
        ...answerOf(core.publish(topic, publishInput(entry))),
      })),
    );
    const summary = { topic, messages: Successful.map(({ MessageId }) => MessageId) };
    return { output: { Successful, Failed: [] }, summary };
  },
  TagResource: (core, form) => {
    core.changeTags(required(form, "ResourceArn"), (tags) => ({ ...tags, ...tagsOf(form) }));
    return {};
  },
  UntagResource: (core, form) => {
    const gone = new Set(itemsOf(form, "TagKeys"));
    core.changeTags(required(form, "ResourceArn"), (tags) =>
      Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key))),
    );
    return {};
  },
  ListTagsForResource: (core, form) => {
    const { tags } = core.topic(required(form, "ResourceArn"));
    return { output: { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) } };
  },
};
