// Reads S3 events in any wrapping (direct, in an SNS record, from EventBridge) into one plain list. Knows their shapes, not
// what happens to the objects.
import * as z from "zod";

/** What happened to an object. */
export type ObjectChange = "ObjectCreated" | "ObjectRemoved";

/** An object that has changed. The key is decoded. */
export type ObjectEvent = {
  bucket: string;
  key: string;
  /** For a removal: the deleted version or the delete marker. */
  versionId: string;
  sequencer: string;
  size: number;
  /** The principal, as AWS names it. EventBridge names only the account or the service. */
  owner?: string | undefined;
  /** Present for a form POST. Its principal is the one that signed the form. */
  byForm?: true;
};

/** The content of an event. `ignored` and `malformed` hold reasons for the log. */
export type S3EventContents = { objects: ObjectEvent[]; ignored: string[]; malformed: string[] };

const s3Record = z.object({
  eventSource: z.literal("aws:s3"),
  eventName: z.string(),
  userIdentity: z.object({ principalId: z.string().optional() }).optional(),
  s3: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({
      key: z.string(),
      versionId: z.string().optional(),
      sequencer: z.string().default(""),
      size: z.number().default(0),
    }),
  }),
});

const eventBridge = z.object({
  source: z.literal("aws.s3"),
  "detail-type": z.string(),
  detail: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({
      key: z.string(),
      "version-id": z.string().optional(),
      sequencer: z.string().default(""),
      size: z.number().default(0),
    }),
    requester: z.string().optional(),
    reason: z.string().optional(),
  }),
});

/** A record or an event that clearly belongs to another service. */
const foreignRecord = z.object({ eventSource: z.string().refine((source) => source !== "aws:s3") });
const foreignEvent = z.object({
  source: z.string().refine((source) => source !== "aws.s3"),
  "detail-type": z.string(),
});

const snsRecord = z.object({ EventSource: z.literal("aws:sns"), Sns: z.object({ Message: z.string() }) });
const records = z.object({ Records: z.array(z.unknown()) });
const testEvent = z.object({ Service: z.literal("Amazon S3"), Event: z.literal("s3:TestEvent") });

/** Reads the objects of an event to which `change` happened, and ignores everything else. Never throws. */
export function readS3Event(event: unknown, change: ObjectChange = "ObjectCreated"): S3EventContents {
  const contents: S3EventContents = { objects: [], ignored: [], malformed: [] };
  readInto({ contents, change }, event, 0);
  return contents;
}

type Reading = { contents: S3EventContents; change: ObjectChange };

/** An SNS message contains a whole S3 event. No service wraps an event more often than this. */
const maxWrappings = 2;

function readInto(reading: Reading, event: unknown, depth: number): void {
  const { ignored, malformed } = reading.contents;
  if (testEvent.safeParse(event).success) return void ignored.push("s3:TestEvent");
  const bridge = eventBridge.safeParse(event);
  if (bridge.success) {
    readBridge(reading, bridge.data);
    return;
  }
  const foreign = foreignEvent.safeParse(event);
  if (foreign.success) return void ignored.push(`event of ${foreign.data.source}`);
  const list = records.safeParse(event);
  if (!list.success) return void malformed.push(`not an S3 event: ${describe(event)}`);
  for (const record of list.data.Records) {
    const wrapped = snsRecord.safeParse(record);
    if (!wrapped.success) readRecord(reading, record);
    else if (depth >= maxWrappings) malformed.push("SNS records wrapped too deep");
    else readInto(reading, parseJson(wrapped.data.Sns.Message), depth + 1);
  }
}

function readRecord({ contents, change }: Reading, record: unknown): void {
  const foreign = foreignRecord.safeParse(record);
  if (foreign.success) return void contents.ignored.push(`record of ${foreign.data.eventSource}`);
  const read = s3Record.safeParse(record);
  if (!read.success) return void contents.malformed.push(`not an S3 record: ${describeError(read.error)}`);
  const { eventName, s3, userIdentity } = read.data;
  const [what, how] = eventName.replace(/^s3:/, "").split(":");
  if (what !== change) return void contents.ignored.push(eventName);
  const key = decodedKey(s3.object.key);
  if (key === undefined) return void contents.malformed.push("the object key is not URL-encoded UTF-8");
  const { versionId, sequencer, size } = s3.object;
  const by = { owner: userIdentity?.principalId, ...(how === "Post" && { byForm: true as const }) };
  add(contents, { bucket: s3.bucket.name, key, versionId, sequencer, size, ...by });
}

/** EventBridge's names of the changes. */
const detailTypes: Readonly<Record<ObjectChange, string>> = {
  ObjectCreated: "Object Created",
  ObjectRemoved: "Object Deleted",
};

/** EventBridge does not encode keys (S3 User Guide, EventBridge event message structure). */
function readBridge({ contents, change }: Reading, event: z.infer<typeof eventBridge>): void {
  if (event["detail-type"] !== detailTypes[change]) return void contents.ignored.push(event["detail-type"]);
  const { bucket, object, requester, reason } = event.detail;
  const { key, "version-id": versionId, sequencer, size } = object;
  const by = { owner: requester, ...(reason === "POST Object" && { byForm: true as const }) };
  add(contents, { bucket: bucket.name, key, versionId, sequencer, size, ...by });
}

function add(
  contents: S3EventContents,
  { versionId, owner, ...object }: Omit<ObjectEvent, "versionId"> & { versionId: string | undefined },
): void {
  if (!versionId) contents.malformed.push("the object has no version id: its bucket must be versioned");
  else contents.objects.push({ ...object, versionId, ...(owner && { owner }) });
}

/** Keys of notifications are URL-encoded, with `+` for a space (S3 User Guide, event message structure). */
function decodedKey(key: string): string | undefined {
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function describe(value: unknown): string {
  if (value === null || typeof value !== "object") return typeof value;
  return `object with ${Object.keys(value).slice(0, 5).join(", ") || "no fields"}`;
}

function describeError(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join(".") || "record"}: ${message}`).join("; ");
}
