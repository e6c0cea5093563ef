// Checks, tests (with s3:TestEvent), stores and returns a bucket's notification configuration.
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { ServiceResponse } from "../../gateway/service.ts";
import { leaf, tree, type Xml } from "../../protocols/xml.ts";
import { type DocumentCall, requireBucket, type S3Call, xmlResponse } from "../call.ts";
import { testEvent } from "../events/record.ts";
import { S3Error } from "../protocol/errors.ts";
import {
  isEventPattern,
  type NotificationConfiguration,
  type NotificationRule,
  type NotificationTarget,
} from "../protocol/notification-rules.ts";
import { element, parseDocument } from "../protocol/read-xml.ts";

const filterRule = z.object({ Name: z.string(), Value: z.string() });
const common = {
  Id: z.string().optional(),
  Event: z.array(z.string()).min(1),
  Filter: element(
    z.object({ S3Key: element(z.object({ FilterRule: z.array(filterRule).default([]) })) }),
  ).optional(),
};
const configurationSchema = z.object({
  TopicConfiguration: z.array(z.object({ ...common, Topic: z.string() })).default([]),
  QueueConfiguration: z.array(z.object({ ...common, Queue: z.string() })).default([]),
  CloudFunctionConfiguration: z.array(z.object({ ...common, CloudFunction: z.string() })).default([]),
  EventBridgeConfiguration: z.unknown().optional(),
});

type Configured = z.infer<z.ZodObject<typeof common>>;

const elements = {
  sns: ["TopicConfiguration", "Topic"],
  sqs: ["QueueConfiguration", "Queue"],
  lambda: ["CloudFunctionConfiguration", "CloudFunction"],
} as const;

function invalid(message: string, value: string): S3Error {
  return new S3Error("InvalidArgument", message, { details: { ArgumentValue: value } });
}

function filterValue(configured: Configured, name: "prefix" | "suffix"): string {
  const rules = configured.Filter?.S3Key.FilterRule ?? [];
  const odd = rules.find((rule) => !["prefix", "suffix"].includes(rule.Name.toLowerCase()));
  if (odd !== undefined) throw invalid("filter rule name must be either prefix or suffix", odd.Name);
  const named = rules.filter((rule) => rule.Name.toLowerCase() === name);
  if (named.length > 1) throw invalid(`Cannot specify more than one ${name} rule in a filter.`, name);
  return named[0]?.Value ?? "";
}

/** S3 refuses FIFO queues and topics as targets (S3 user guide, "Supported event destinations"). */
function ruleOf(kind: keyof typeof elements, arn: string, configured: Configured): NotificationRule {
  if (!arn.startsWith(`arn:aws:${kind}:`)) throw invalid("The ARN could not be parsed", arn);
  if (arn.endsWith(".fifo")) {
    throw invalid("Unable to validate the following destination configurations: FIFO is not supported", arn);
  }
  for (const event of configured.Event) {
    if (isEventPattern(event)) continue;
    if (!event.startsWith("s3:")) throw invalid("The event is not supported for notifications", event);
    throw new S3Error("NotImplemented", `The event ${event} is not implemented.`);
  }
  return {
    id: configured.Id ?? randomUUID(),
    target: { kind, arn },
    events: configured.Event,
    prefix: filterValue(configured, "prefix"),
    suffix: filterValue(configured, "suffix"),
  };
}

function parseConfiguration(body: Buffer): NotificationConfiguration {
  const parsed = parseDocument(body, "NotificationConfiguration", configurationSchema);
  const rules = [
    ...parsed.TopicConfiguration.map((entry) => ruleOf("sns", entry.Topic, entry)),
    ...parsed.QueueConfiguration.map((entry) => ruleOf("sqs", entry.Queue, entry)),
    ...parsed.CloudFunctionConfiguration.map((entry) => ruleOf("lambda", entry.CloudFunction, entry)),
  ];
  return { rules, eventBridge: parsed.EventBridgeConfiguration !== undefined };
}

function refuseUnreachable(call: S3Call, { rules, eventBridge }: NotificationConfiguration): void {
  const kinds = [...rules.map((rule) => rule.target.kind), ...(eventBridge ? ["eventbridge" as const] : [])];
  const missing = kinds.find((kind) => !call.cloud.targets.has(kind));
  if (missing === undefined) return;
  throw new S3Error("NotImplemented", `Notifications to ${missing} are not implemented.`);
}

/** Sends `s3:TestEvent` to every topic and queue. The configuration is invalid when one of them refuses it. */
async function tryOut(call: S3Call, rules: readonly NotificationRule[]): Promise<void> {
  const targets = new Map<string, NotificationTarget>();
  for (const { target } of rules) if (target.kind !== "lambda") targets.set(target.arn, target);
  const event = testEvent(call.bucket, call.cloud.clock.now(), call.request.id);
  for (const target of targets.values()) {
    try {
      await call.cloud.publish(target, event);
    } catch {
      throw invalid("Unable to validate the following destination configurations", target.arn);
    }
  }
}

/** PutBucketNotificationConfiguration. It replaces the whole configuration. */
export async function putBucketNotification(call: DocumentCall): Promise<ServiceResponse> {
  requireBucket(call);
  const notification = parseConfiguration(call.payload.bytes);
  refuseUnreachable(call, notification);
  const skip = call.headers["x-amz-skip-destination-validation"]?.toLowerCase() === "true";
  if (!skip) await tryOut(call, notification.rules);
  call.cloud.database.transaction(() => call.cloud.buckets.save({ ...requireBucket(call), notification }));
  return { status: 200 };
}

function filterElement({ prefix, suffix }: NotificationRule): Xml[] {
  const rules = Object.entries({ Prefix: prefix, Suffix: suffix })
    .filter(([, value]) => value !== "")
    .map(([name, value]) => tree("FilterRule", [leaf("Name", name), leaf("Value", value)]));
  return rules.length === 0 ? [] : [tree("Filter", [tree("S3Key", rules)])];
}

/** GetBucketNotificationConfiguration. */
export function getBucketNotification(call: S3Call): ServiceResponse {
  const { rules, eventBridge } = requireBucket(call).notification ?? { rules: [], eventBridge: false };
  const configured = rules.flatMap((rule) => {
    if (rule.target.kind === "eventbridge") return [];
    const [ruleElement, arnElement] = elements[rule.target.kind];
    const events = rule.events.map((event) => leaf("Event", event));
    return [
      tree(ruleElement, [
        leaf("Id", rule.id),
        leaf(arnElement, rule.target.arn),
        ...events,
        ...filterElement(rule),
      ]),
    ];
  });
  const bridge = eventBridge ? [tree("EventBridgeConfiguration", [])] : [];
  return xmlResponse("NotificationConfiguration", [...configured, ...bridge]);
}
