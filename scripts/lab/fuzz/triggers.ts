// The suite `triggers`: feeds foreign and mutated events to every event trigger, and odd requests to the Slack trigger.
// Nothing foreign may be enqueued, and no trigger may throw unless the queue fails.
import { isDeepStrictEqual } from "node:util";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { s3Event, snsEvent } from "../../../test/support/s3-event-records.ts";
import { imageUploaded } from "../../../triggers/image-uploaded.ts";
import { mailReceived } from "../../../triggers/mail-received.ts";
import { pictureRemoved } from "../../../triggers/picture-removed.ts";
import { UnreadableRecord } from "../../../triggers/record-changed/change.ts";
import { criteria } from "../../../triggers/record-changed/criteria.ts";
import { RecordsFailed, recordChanged } from "../../../triggers/record-changed/handle-records.ts";
import { createEnqueue } from "../../../worker/engine/enqueue/enqueue.ts";
import { resourceNames } from "../../../worker/fleet/resources.ts";
import { foreignEvents } from "./foreign-events.ts";
import { mutateJson, wrapped } from "./mutate/json.ts";
import type { Choices } from "./random.ts";
import { slackInput, slackRun } from "./slack.ts";
import type { ReadySuite, RunOutcome } from "./suite.ts";

const names = resourceNames("fleet");

/** An event, whether it is foreign (and must not become a job), and whether the queue fails. */
type Case = { is: "event"; foreign: boolean; queueFails: boolean; event: unknown };

const created = { bucket: names.buckets.uploads, key: "album/gruesse & kuesse+1.jpg" };

/** Our own events, to be mutated. What is left of them may still become a job. */
const ownEvents: readonly unknown[] = [
  s3Event(created),
  s3Event(created, { ...created, key: "b.png" }, { bucket: "other", key: "c" }),
  snsEvent(s3Event(created)),
  snsEvent(s3Event({ bucket: names.buckets.mails, key: "raw/1" })),
  snsEvent({
    notificationType: "Received",
    mail: { messageId: "m1", source: "a@example.org", timestamp: "2026-11-02T10:00:00.000Z" },
    receipt: {
      recipients: ["in@magazine.example"],
      spfVerdict: { status: "PASS" },
      action: { type: "S3", bucketName: names.buckets.mails, objectKey: "raw/m1" },
    },
  }),
];

/** The input of a run as JSON. */
function inputOf(choices: Choices): Buffer {
  if (choices.chance(0.3)) return Buffer.from(JSON.stringify(slackInput(choices)));
  const foreign = choices.chance(0.5);
  let event: unknown = choices.of(foreign ? Object.values(foreignEvents) : ownEvents);
  for (let times = choices.below(4); times > 0; times -= 1) event = mutateJson(event, choices);
  if (choices.chance(0.2)) event = wrapped(event, choices);
  const one: Case = { is: "event", foreign, queueFails: choices.chance(0.2), event };
  return Buffer.from(JSON.stringify(one));
}

/** Makes the suite. */
export async function triggersSuite(): Promise<ReadySuite> {
  return {
    input: inputOf,
    atOnce: 8,
    run: async (input) => {
      const given = JSON.parse(input.toString()) as Case | ReturnType<typeof slackInput>;
      return given.is === "event" ? await eventRun(given) : await slackRun(given);
    },
    close: async () => [],
  };
}

class QueueFailed extends Error {}

/** The triggers with a fake queue, and what they send to it. */
function triggersOver(queueFails: boolean) {
  const sent: { QueueUrl?: string; MessageBody?: string }[] = [];
  let asked = 0;
  const sqs = {
    send: async ({ input }: { input: (typeof sent)[number] }) => {
      asked += 1;
      if (queueFails) throw new QueueFailed("the queue does not answer");
      sent.push(input);
      return { MessageId: "m" };
    },
  } as unknown as SQSClient;
  const enqueue = createEnqueue({ sqs, queueUrl: (kind) => kind, now: () => 0, newTraceId: () => "t" });
  const log = () => {};
  const keepDropped = async () => {};
  const relay = async () => {};
  const { uploads, mails, results } = names.buckets;
  const triggers = {
    "image-uploaded": imageUploaded({
      uploadsBucket: uploads,
      ownerOf: async () => undefined,
      enqueue,
      keepDropped,
      log,
    }),
    "mail-received": mailReceived({ mailsBucket: mails, enqueue, keepDropped, log }),
    "picture-removed": pictureRemoved({ resultsBucket: results, enqueue, keepDropped, log }),
    "record-changed": recordChanged({ tables: names.tables, criteria, enqueue, relay, log }),
  };
  return { sent, asked: () => asked, triggers };
}

async function eventRun({ foreign, queueFails, event }: Case): Promise<RunOutcome> {
  let enqueued = 0;
  const given = structuredClone(event);
  const { sent, asked, triggers } = triggersOver(queueFails);
  for (const [name, trigger] of Object.entries(triggers)) {
    const before = { sent: sent.length, asked: asked() };
    const problem = await trigger(event).then(
      () =>
        queueFails && asked() > before.asked
          ? "a job was lost: the queue failed but the trigger did not"
          : undefined,
      (error: unknown) => wrongError(name, error, queueFails && asked() > before.asked),
    );
    enqueued += sent.length - before.sent;
    if (problem !== undefined)
      return { name: "wrong", finding: { grave: true, what: `${name}: ${problem}` } };
  }
  const stray = sent.find(({ MessageBody = "" }) => !isOurs(MessageBody));
  if (stray !== undefined || (foreign && sent.length > 0 && !mentionsUs(event)))
    return {
      name: "wrong",
      finding: { grave: true, what: `enqueued from a foreign event: ${sent[0]?.MessageBody}` },
    };
  if (!isDeepStrictEqual(given, event))
    return { name: "wrong", finding: { grave: true, what: "the trigger changed the event" } };
  return { name: enqueued > 0 ? "enqueued" : queueFails && asked() > 0 ? "redelivered" : "dropped" };
}

/** A stream's trigger accepts only stream records, and throws these errors for anything else. */
function wrongError(name: string, error: unknown, queueFailed: boolean): string | undefined {
  if (queueFailed) return undefined;
  if (name === "record-changed" && (error instanceof UnreadableRecord || error instanceof RecordsFailed))
    return undefined;
  return `threw ${String(error)} although no queue failed`;
}

/** A job of ours names an object in one of our buckets. */
function isOurs(body: string): boolean {
  const { payload } = JSON.parse(body) as { payload: { bucket?: string } };
  const { uploads, mails, results } = names.buckets;
  return [uploads, mails, results].includes(payload.bucket ?? "");
}

/** A mutation may happen to produce one of our own events. */
const mentionsUs = (event: unknown) =>
  Object.values(names.buckets).some((bucket) => (JSON.stringify(event) ?? "").includes(bucket));
