// The attributes of topics and subscriptions and their allowed values (SNS API reference).
import { z } from "zod";
import { invalidParameter, notImplemented } from "./errors.ts";
import { filterFrom } from "./filter-policy.ts";

export type Attributes = Record<string, string>;

const topicTexts = new Set(["DisplayName", "Policy", "DeliveryPolicy", "KmsMasterKeyId"]);
const topicChoices: Record<string, { values: readonly string[]; fifoOnly?: boolean }> = {
  FifoTopic: { values: ["true", "false"] },
  ContentBasedDeduplication: { values: ["true", "false"], fifoOnly: true },
  FifoThroughputScope: { values: ["Topic", "MessageGroup"], fifoOnly: true },
  TracingConfig: { values: ["PassThrough", "Active"] },
  SignatureVersion: { values: ["1"] },
};

/** Checks topic attributes. Throws `SnsError`. */
export function checkTopicAttributes(given: Attributes, fifo: boolean): void {
  for (const [name, value] of Object.entries(given)) {
    if (topicTexts.has(name)) continue;
    const choice = topicChoices[name];
    if (choice === undefined && /^ArchivePolicy$|FeedbackRoleArn$|FeedbackSampleRate$/.test(name)) {
      throw notImplemented(`the topic attribute ${name}`);
    }
    if (choice === undefined || (choice.fifoOnly && !fifo)) throw invalidParameter("AttributeName");
    if (choice.values.includes(value)) continue;
    if (name === "SignatureVersion" && value === "2") throw notImplemented("SignatureVersion 2");
    throw invalidParameter(
      `Attributes Reason: ${name}: Invalid value [${value}]. Must be ${choice.values.join(" or ")}.`,
    );
  }
}

const redriveSchema = z.object({ deadLetterTargetArn: z.string() });

/** Checks subscription attributes and returns them as stored. Throws `SnsError`. */
export function checkedSubscriptionAttributes(
  given: Attributes,
  old: Attributes,
  subscription: { protocol: string; endpoint: string; fifoTopic: boolean },
): Attributes {
  const merged = { ...old, ...given };
  for (const [name, value] of Object.entries(given)) {
    if (name === "RawMessageDelivery") checkRaw(value, subscription.protocol);
    else if (name === "RedrivePolicy") {
      if (value !== "")
        checkRedrive(value, subscription.fifoTopic && subscription.endpoint.endsWith(".fifo"));
    } else if (name === "FilterPolicyScope") {
      if (!["MessageAttributes", "MessageBody"].includes(value)) {
        throw invalidParameter(
          `FilterPolicyScope: Invalid value [${value}]. Please use either MessageBody or MessageAttributes`,
        );
      }
    } else if (["DeliveryPolicy", "SubscriptionRoleArn", "ReplayPolicy"].includes(name)) {
      throw notImplemented(`the subscription attribute ${name}`);
    } else if (name !== "FilterPolicy") throw invalidParameter("AttributeName");
  }
  for (const [name, value] of Object.entries(merged)) if (value === "") delete merged[name];
  if (merged.FilterPolicy !== undefined) {
    filterFrom(
      merged.FilterPolicy,
      merged.FilterPolicyScope === "MessageBody" ? "MessageBody" : "MessageAttributes",
    );
  }
  return merged;
}

function checkRaw(value: string, protocol: string): void {
  if (!["true", "false"].includes(value.toLowerCase())) {
    throw invalidParameter(`RawMessageDelivery: Invalid value [${value}]. Must be true or false.`);
  }
  if (value.toLowerCase() === "true" && protocol === "lambda") {
    throw invalidParameter(
      "RawMessageDelivery: Delivery protocol [lambda] does not support raw message delivery.",
    );
  }
}

function checkRedrive(value: string, fifo: boolean): void {
  let policy: unknown;
  try {
    policy = JSON.parse(value);
  } catch {
    throw invalidParameter("RedrivePolicy: failed to parse JSON.");
  }
  const parsed = redriveSchema.safeParse(policy);
  if (!parsed.success || !/^arn:aws:sqs:[^:]+:\d{12}:[^:]+$/.test(parsed.data.deadLetterTargetArn)) {
    throw invalidParameter("RedrivePolicy: deadLetterTargetArn is an invalid arn");
  }
  if (fifo && !parsed.data.deadLetterTargetArn.endsWith(".fifo")) {
    throw invalidParameter(
      "RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.",
    );
  }
}
