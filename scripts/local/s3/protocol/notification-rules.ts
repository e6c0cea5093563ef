// A bucket's notification configuration as data, and the targets of an event. Knows no delivery.
import { z } from "zod";

/** The target of events. EventBridge gets every event of the bucket. */
export const targetSchema = z.object({
  kind: z.enum(["sns", "sqs", "lambda", "eventbridge"]),
  arn: z.string(),
});
export type NotificationTarget = z.infer<typeof targetSchema>;

export const notificationRuleSchema = z.object({
  id: z.string(),
  target: targetSchema,
  /** `s3:ObjectCreated:Put`, `s3:ObjectCreated:*`, ... */
  events: z.array(z.string()),
  prefix: z.string(),
  suffix: z.string(),
});

export const notificationSchema = z.object({
  rules: z.array(notificationRuleSchema),
  eventBridge: z.boolean(),
});

export type NotificationRule = z.infer<typeof notificationRuleSchema>;
export type NotificationConfiguration = z.infer<typeof notificationSchema>;

/** The events that are implemented here. S3 has more. */
export const eventNames = [
  "ObjectCreated:Put",
  "ObjectCreated:Post",
  "ObjectCreated:Copy",
  "ObjectCreated:CompleteMultipartUpload",
  "ObjectRemoved:Delete",
  "ObjectRemoved:DeleteMarkerCreated",
] as const;
export type EventName = (typeof eventNames)[number];

/** Whether an event name, or a pattern such as `s3:ObjectCreated:*`, is implemented here. */
export function isEventPattern(pattern: string): boolean {
  return eventNames.some((name) => matchesEvent(pattern, name));
}

function matchesEvent(pattern: string, name: EventName): boolean {
  return pattern.endsWith(":*") ? `s3:${name}`.startsWith(pattern.slice(0, -1)) : pattern === `s3:${name}`;
}

/** The rules that match an event on a key (decoded). */
export function rulesFor(
  { rules }: NotificationConfiguration,
  name: EventName,
  key: string,
): NotificationRule[] {
  return rules.filter(
    (rule) =>
      rule.events.some((pattern) => matchesEvent(pattern, name)) &&
      key.startsWith(rule.prefix) &&
      key.endsWith(rule.suffix),
  );
}
