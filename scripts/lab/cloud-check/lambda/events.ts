// Recorded events for each trigger, in every wrapping in which AWS delivers them (shapes from the S3, SNS, SES, EventBridge,
// DynamoDB and API Gateway guides), and what must follow from each.
import type { ResourceNames } from "../../../../worker/fleet/resources.ts";
import { allPass, receiptNotification } from "../../../local/smtp/notification.ts";

import {
  albumImage,
  byEventBridge,
  bySns,
  httpEvent,
  s3Record,
  schedule,
  streamRecord,
  time,
} from "./event-shapes.ts";
import type { Recorded } from "./recorded.ts";
import { webEvents } from "./web-events.ts";

/** A webhook token that the check sets before it runs. */
export const webhookToken = "a-token-for-this-check";

const said = (text: string, token = webhookToken) =>
  httpEvent({
    token,
    team_id: "T0001",
    channel_id: "C1",
    timestamp: "1355517523.000005",
    user_id: "U1",
    user_name: "Steve",
    text,
  });

/** All recorded events for a fleet. */
export function recordedEvents({ buckets, topics, tables }: ResourceNames): Recorded[] {
  const created = (key: string, bucket = buckets.uploads) => s3Record(bucket, key, "ObjectCreated:Put");
  const mail = receiptNotification(
    {
      messageId: "o3vrnil0e2ic28tr",
      bucket: buckets.mails,
      key: "raw/o3vrnil0e2ic28tr",
      topicArn: `arn:aws:sns:eu-west-1:000000000000:${topics.mails}`,
      sender: "ann@example.org",
      recipients: ["stories@example.org"],
      receivedAt: Date.parse(time),
    },
    allPass,
  );
  const one = { enqueued: 1, malformed: 0 };
  const none = { enqueued: 0 };
  const album = (name: string, before: number, after: number, sequence: number) =>
    streamRecord(tables.albums, sequence, {
      before: albumImage(name, before),
      after: albumImage(name, after),
    });
  const broken = (sequence: number) =>
    streamRecord(tables.albums, sequence, { before: {}, after: { peak: { S: "ten" } } });
  return [
    {
      trigger: "image-uploaded",
      what: "S3 through SNS",
      event: bySns(topics.uploads, { Records: [created("trip/a+b%C3%BC.png")] }),
      answers: one,
      arrives: { "resize-image": 1 },
    },
    {
      trigger: "image-uploaded",
      what: "S3 directly",
      event: { Records: [created("trip/direct.png")] },
      answers: one,
      arrives: { "resize-image": 1 },
    },
    {
      trigger: "image-uploaded",
      what: "S3 through EventBridge",
      event: byEventBridge(buckets.uploads, "trip/bridge b.png"),
      answers: one,
      arrives: { "resize-image": 1 },
    },
    {
      trigger: "image-uploaded",
      what: "three SNS records, one of another bucket",
      event: bySns(
        topics.uploads,
        { Records: [created("trip/1.png")] },
        { Records: [created("x.png", "somebody-elses")] },
        { Records: [created("trip/2.png")] },
      ),
      answers: { enqueued: 2, ignored: 1 },
      arrives: { "resize-image": 2 },
    },
    {
      trigger: "image-uploaded",
      what: "S3's test event",
      event: bySns(topics.uploads, {
        Service: "Amazon S3",
        Event: "s3:TestEvent",
        Time: time,
        Bucket: buckets.uploads,
        RequestId: "5582815E1AEA5ADF",
        HostId: "8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR",
      }),
      answers: none,
    },
    { trigger: "image-uploaded", what: "an unknown event", event: { hello: "world" }, answers: none },
    {
      trigger: "picture-removed",
      what: "a delete marker, through SNS",
      event: bySns(topics.results, {
        Records: [s3Record(buckets.results, "trip/1.png", "ObjectRemoved:DeleteMarkerCreated")],
      }),
      answers: one,
      arrives: { "remove-picture": 1 },
    },
    { trigger: "picture-removed", what: "an unknown event", event: [], answers: none },
    {
      trigger: "mail-received",
      what: "SES through SNS",
      event: bySns(topics.mails, mail),
      answers: one,
      arrives: { "parse-mail": 1 },
    },
    {
      trigger: "mail-received",
      what: "the bucket's own event",
      event: { Records: [created("raw/direct", buckets.mails)] },
      answers: one,
      arrives: { "parse-mail": 1 },
    },
    {
      trigger: "mail-received",
      what: "the note that SES writes when a rule is created",
      event: { Records: [created("raw/AMAZON_SES_SETUP_NOTIFICATION", buckets.mails)] },
      answers: none,
    },
    {
      trigger: "mail-received",
      what: "an unknown event",
      event: { Records: [{ eventSource: "aws:kinesis" }] },
      answers: none,
    },
    {
      trigger: "record-changed",
      what: "an album that crossed ten",
      event: { Records: [album("a", 9, 10, 1), album("b", 3, 4, 2)] },
      answers: { batchItemFailures: [] },
      arrives: { "contact-sheet": 1 },
    },
    {
      trigger: "record-changed",
      what: "a batch whose second record is broken",
      event: { Records: [album("c", 19, 20, 3), broken(4), album("d", 9, 10, 5)] },
      answers: { batchItemFailures: [{ itemIdentifier: "4".padStart(24, "0") }] },
      arrives: { "contact-sheet": 2 },
    },
    {
      trigger: "record-changed",
      what: "a batch whose first record is broken",
      event: { Records: [broken(6)] },
      answers: { fails: "RecordsFailed" },
    },
    {
      trigger: "outbox-due",
      what: "the schedule",
      event: schedule,
      answers: { relayed: 0, failed: 0, oldestSeconds: 0 },
    },
    { trigger: "metrics-due", what: "the schedule", event: schedule, answers: {} },
    {
      trigger: "untaken-due",
      what: "the schedule",
      event: schedule,
      answers: { "resize-image": { enqueued: 0 }, "parse-mail": { enqueued: 0 } },
    },
    {
      trigger: "slack-message",
      what: "a webhook through the HTTP API",
      event: said("the quick the fox"),
      answers: { statusCode: 200 },
      arrives: { "count-words": 1, "multiply-words": 1, "log-words": 1 },
    },
    {
      trigger: "slack-message",
      what: "a wrong token",
      event: said("again", "wrong"),
      answers: { statusCode: 401 },
    },
    ...webEvents(),
  ];
}
