// A queue's attributes, their limits and defaults (SQS API reference, SetQueueAttributes).
import { z } from "zod";
import { invalidValue, SqsError } from "./errors.ts";

const integers: Record<string, { min: number; max: number; initially?: number }> = {
  DelaySeconds: { min: 0, max: 900, initially: 0 },
  MaximumMessageSize: { min: 1024, max: 1_048_576, initially: 1_048_576 },
  MessageRetentionPeriod: { min: 60, max: 1_209_600, initially: 345_600 },
  ReceiveMessageWaitTimeSeconds: { min: 0, max: 20, initially: 0 },
  VisibilityTimeout: { min: 0, max: 43_200, initially: 30 },
  KmsDataKeyReusePeriodSeconds: { min: 60, max: 86_400 },
};

const choices: Record<string, { values: readonly string[]; initially?: string; fifoOnly?: boolean }> = {
  SqsManagedSseEnabled: { values: ["true", "false"], initially: "true" },
  FifoQueue: { values: ["true"], initially: "true", fifoOnly: true },
  ContentBasedDeduplication: { values: ["true", "false"], initially: "false", fifoOnly: true },
  DeduplicationScope: { values: ["queue", "messageGroup"], initially: "queue", fifoOnly: true },
  FifoThroughputLimit: { values: ["perQueue", "perMessageGroupId"], initially: "perQueue", fifoOnly: true },
};

const texts = new Set(["Policy", "KmsMasterKeyId"]);

const redrivePolicySchema = z.object({
  deadLetterTargetArn: z.string(),
  maxReceiveCount: z.coerce.number().int().min(1).max(1000),
});

const redriveAllowPolicySchema = z.object({
  redrivePermission: z.enum(["allowAll", "denyAll", "byQueue"]),
  sourceQueueArns: z.array(z.string()).max(10).optional(),
});

export type RedrivePolicy = z.infer<typeof redrivePolicySchema>;
export type RedriveAllowPolicy = z.infer<typeof redriveAllowPolicySchema>;

const readOnly = [
  "QueueArn",
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
  "CreatedTimestamp",
  "LastModifiedTimestamp",
];

const readable = new Set([
  "All",
  ...readOnly,
  ...Object.keys(integers),
  ...Object.keys(choices),
  ...texts,
  "RedrivePolicy",
  "RedriveAllowPolicy",
]);

/** Refuses unknown attribute names. Throws `SqsError`. */
export function checkAttributeNames(names: readonly string[]): void {
  const unknown = names.find((name) => !readable.has(name));
  if (unknown !== undefined) throw new SqsError("InvalidAttributeName", `Unknown Attribute ${unknown}.`);
}

/** The attributes that can be set, by name, with values as the API shows them. */
export type RawAttributes = Readonly<Record<string, string>>;

/** A queue's settings. Times are in milliseconds. */
export type QueueSettings = {
  raw: RawAttributes;
  delayMs: number;
  maxMessageBytes: number;
  retentionMs: number;
  waitMs: number;
  visibilityMs: number;
  contentBasedDeduplication: boolean;
  deduplicationPerGroup: boolean;
  redrive: RedrivePolicy | undefined;
  redriveAllow: RedriveAllowPolicy | undefined;
};

/** The default attributes of a queue. */
export function initialAttributes(fifo: boolean): Record<string, string> {
  const initial: Record<string, string> = {};
  for (const [name, { initially }] of Object.entries(integers)) {
    if (initially !== undefined) initial[name] = String(initially);
  }
  for (const [name, { initially, fifoOnly }] of Object.entries(choices)) {
    if (initially !== undefined && (fifo || !fifoOnly)) initial[name] = initially;
  }
  return initial;
}

/** Checks attributes one by one and converts them to the form that the API returns. Throws `SqsError`. */
export function checkedAttributes(given: RawAttributes, fifo: boolean): Record<string, string> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, checked(name, value, fifo)]));
}

function checked(name: string, value: string, fifo: boolean): string {
  const integer = integers[name];
  if (integer !== undefined) return checkedInteger(name, value, integer);
  const choice = choices[name];
  if (choice !== undefined) return checkedChoice(name, value, choice, fifo);
  if (texts.has(name)) return value;
  if (name === "RedrivePolicy") return value === "" ? "" : checkedJson(name, value, redrivePolicySchema);
  if (name === "RedriveAllowPolicy")
    return value === "" ? "" : checkedJson(name, value, redriveAllowPolicySchema);
  throw new SqsError("InvalidAttributeName", `Unknown Attribute ${name}.`);
}

function checkedInteger(name: string, value: string, { min, max }: { min: number; max: number }): string {
  const number = Number(value);
  if (!/^-?\d+$/.test(value) || number < min || number > max) {
    throw new SqsError(
      "InvalidAttributeValue",
      `Invalid value for the parameter ${name}. Reason: Must be an integer from ${min} to ${max}.`,
    );
  }
  return String(number);
}

function checkedChoice(
  name: string,
  value: string,
  { values, fifoOnly }: { values: readonly string[]; fifoOnly?: boolean },
  fifo: boolean,
): string {
  if (fifoOnly && !fifo) {
    const high = name === "DeduplicationScope" || name === "FifoThroughputLimit";
    throw new SqsError(
      "InvalidAttributeName",
      high ? `You can specify the ${name} only when FifoQueue is set to true.` : `Unknown Attribute ${name}.`,
    );
  }
  const normal = values.find((known) => known.toLowerCase() === value.toLowerCase());
  if (normal !== undefined) return normal;
  const reason =
    name === "FifoQueue" ? "Modifying queue type is not supported." : `Must be ${values.join(" or ")}.`;
  throw new SqsError("InvalidAttributeValue", `Invalid value for the parameter ${name}. Reason: ${reason}`);
}

function checkedJson(name: string, value: string, schema: z.ZodType): string {
  const parsed = schema.safeParse(jsonOf(value));
  if (parsed.success) return JSON.stringify(parsed.data);
  const first = parsed.error.issues[0];
  throw invalidValue(name, value, `${first?.path.join(".") ?? ""} ${first?.message ?? ""}`.trim());
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Applies new attributes to old ones. An empty policy removes the old one. Throws `SqsError` when two contradict. */
export function mergedAttributes(old: RawAttributes, given: RawAttributes): Record<string, string> {
  const merged: Record<string, string> = { ...old, ...given };
  for (const [name, value] of Object.entries(merged)) if (value === "") delete merged[name];
  if (merged.FifoThroughputLimit === "perMessageGroupId" && merged.DeduplicationScope !== "messageGroup") {
    throw new SqsError(
      "InvalidAttributeValue",
      "Invalid value for the parameter FifoThroughputLimit. Reason: perMessageGroupId needs DeduplicationScope messageGroup.",
    );
  }
  return merged;
}

/** Reads the settings from checked attributes. */
export function settingsOf(raw: RawAttributes): QueueSettings {
  const seconds = (name: string) => Number(raw[name] ?? integers[name]?.initially ?? 0) * 1000;
  const json = <Schema extends z.ZodType>(schema: Schema, text: string | undefined) =>
    text === undefined ? undefined : schema.parse(JSON.parse(text));
  return {
    raw,
    delayMs: seconds("DelaySeconds"),
    maxMessageBytes: seconds("MaximumMessageSize") / 1000,
    retentionMs: seconds("MessageRetentionPeriod"),
    waitMs: seconds("ReceiveMessageWaitTimeSeconds"),
    visibilityMs: seconds("VisibilityTimeout"),
    contentBasedDeduplication: raw.ContentBasedDeduplication === "true",
    deduplicationPerGroup: raw.DeduplicationScope === "messageGroup",
    redrive: json(redrivePolicySchema, raw.RedrivePolicy),
    redriveAllow: json(redriveAllowPolicySchema, raw.RedriveAllowPolicy),
  };
}
