// Recorded events, one list for each trigger, in every wrapping in which AWS delivers them (shapes from the S3, SNS, SES,
// EventBridge, DynamoDB and API Gateway guides), and what must come of each.
import type { TriggerName } from "../../../../triggers/catalog/event-sources.ts";
import type { ResourceNames } from "../../../../worker/fleet/resources.ts";
import type { JobKind } from "../../../../worker/jobs/catalog.ts";
import { allPass, receiptNotification } from "../../../local/smtp/notification.ts";

/** An event for a trigger and what must come of it. */
export type Recorded = {
  trigger: TriggerName;
  what: string;
  event: unknown;
  /** Fields the response must have, or the name of the error that the function must throw. */
  answers: Readonly<Record<string, unknown>> | { fails: string };
  /** Messages that must arrive, by kind; no others may. */
  arrives?: Readonly<Partial<Record<JobKind, number>>>;
};

/** A webhook token that the check sets before it runs. */
export const webhookToken = "a-token-for-this-check";

const time = "2026-11-02T10:00:00.000Z";

const s3Record = (bucket: string, key: string, eventName: string) => ({
  eventVersion: "2.1",
  eventSource: "aws:s3",
  awsRegion: "eu-west-1",
  eventTime: time,
  eventName,
  userIdentity: { principalId: "AWS:AROAEXAMPLE:i-0123456789abcdef0" },
  requestParameters: { sourceIPAddress: "203.0.113.7" },
  responseElements: {
    "x-amz-request-id": "C3D13FE58DE4C810",
    "x-amz-id-2": "FMyUVURIY8/IgAtTv8xRjskZQpcIZ9KG4V5Wp6S7S/JRWeUWerMUE5JgHvANOjpD",
  },
  s3: {
    s3SchemaVersion: "1.0",
    configurationId: "announce",
    bucket: {
      name: bucket,
      ownerIdentity: { principalId: "A3NL1KOZZKExample" },
      arn: `arn:aws:s3:::${bucket}`,
    },
    object: {
      key,
      size: 1024,
      eTag: "d41d8cd98f00b204e9800998ecf8427e",
      versionId: "096fKKXTRTtl3on89fVO.nfljtsv6qko",
      sequencer: "0055AED6DCD90281E5",
    },
  },
});

const bySns = (topic: string, ...messages: unknown[]) => ({
  Records: messages.map((message) => ({
    EventSource: "aws:sns",
    EventVersion: "1.0",
    EventSubscriptionArn: `arn:aws:sns:eu-west-1:000000000000:${topic}:21be56ed-a058-49f5-8c98-aedd2564c486`,
    Sns: {
      Type: "Notification",
      MessageId: "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
      TopicArn: `arn:aws:sns:eu-west-1:000000000000:${topic}`,
      Subject: "Amazon S3 Notification",
      Message: JSON.stringify(message),
      Timestamp: time,
      SignatureVersion: "1",
      Signature: "EXAMPLE",
      SigningCertUrl: "EXAMPLE",
      UnsubscribeUrl: "EXAMPLE",
      MessageAttributes: {},
    },
  })),
});

const byEventBridge = (bucket: string, key: string) => ({
  version: "0",
  id: "17793124-05d4-b198-2fde-7ededc63b103",
  "detail-type": "Object Created",
  source: "aws.s3",
  account: "000000000000",
  time,
  region: "eu-west-1",
  resources: [`arn:aws:s3:::${bucket}`],
  detail: {
    version: "0",
    bucket: { name: bucket },
    object: {
      key,
      size: 5,
      etag: "b1946ac92492d2347c6235b4d2611184",
      "version-id": "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e",
      sequencer: "00617F08299329D189",
    },
    "request-id": "N4N7GDK58NMKJ12R",
    requester: "000000000000",
    "source-ip-address": "203.0.113.7",
    reason: "PutObject",
  },
});

const schedule = {
  version: "0",
  id: "89d1a02d-5ec7-412e-82f5-13505f849b41",
  "detail-type": "Scheduled Event",
  source: "aws.events",
  account: "000000000000",
  time: "2026-11-02T10:00:00Z",
  region: "eu-west-1",
  resources: ["arn:aws:events:eu-west-1:000000000000:rule/every-minute"],
  detail: {},
};

const albumImage = (album: string, peak: number) => ({
  album: { S: album },
  pictures: { N: String(peak) },
  peak: { N: String(peak) },
  revision: { N: String(peak) },
});

const streamRecord = (table: string, sequence: number, images: { before?: object; after?: object }) => ({
  eventID: `event-${sequence}`,
  eventName: images.before ? "MODIFY" : "INSERT",
  eventVersion: "1.1",
  eventSource: "aws:dynamodb",
  awsRegion: "eu-west-1",
  dynamodb: {
    ApproximateCreationDateTime: 1_793_613_600,
    Keys: { album: { S: `album-${sequence}` } },
    ...(images.after && { NewImage: images.after }),
    ...(images.before && { OldImage: images.before }),
    SequenceNumber: String(sequence).padStart(24, "0"),
    SizeBytes: 120,
    StreamViewType: "NEW_AND_OLD_IMAGES",
  },
  eventSourceARN: `arn:aws:dynamodb:eu-west-1:000000000000:table/${table}/stream/2026-01-01T00:00:00.000`,
});

const httpEvent = (fields: Record<string, string>) => ({
  version: "2.0",
  routeKey: "POST /slack/messages",
  rawPath: "/slack/messages",
  rawQueryString: "",
  headers: {
    "content-type": "application/x-www-form-urlencoded",
    host: "abcdef.execute-api.eu-west-1.amazonaws.com",
    "user-agent": "Slackbot 1.0",
  },
  requestContext: {
    accountId: "000000000000",
    apiId: "abcdef",
    domainName: "abcdef.execute-api.eu-west-1.amazonaws.com",
    domainPrefix: "abcdef",
    http: {
      method: "POST",
      path: "/slack/messages",
      protocol: "HTTP/1.1",
      sourceIp: "203.0.113.7",
      userAgent: "Slackbot 1.0",
    },
    requestId: "JKJaXmPLvHcESHA=",
    routeKey: "POST /slack/messages",
    stage: "$default",
    time: "02/Nov/2026:10:00:00 +0000",
    timeEpoch: 1_793_613_600_000,
  },
  body: Buffer.from(new URLSearchParams(fields).toString()).toString("base64"),
  isBase64Encoded: true,
});

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

/** All recorded events of a fleet. */
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
      what: "the test event of S3",
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
    { trigger: "image-uploaded", what: "an event nobody knows", event: { hello: "world" }, answers: none },
    {
      trigger: "picture-removed",
      what: "a delete marker, through SNS",
      event: bySns(topics.results, {
        Records: [s3Record(buckets.results, "trip/1.png", "ObjectRemoved:DeleteMarkerCreated")],
      }),
      answers: one,
      arrives: { "remove-picture": 1 },
    },
    { trigger: "picture-removed", what: "an event nobody knows", event: [], answers: none },
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
      what: "the note SES leaves when a rule is made",
      event: { Records: [created("raw/AMAZON_SES_SETUP_NOTIFICATION", buckets.mails)] },
      answers: none,
    },
    {
      trigger: "mail-received",
      what: "an event nobody knows",
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
    { trigger: "outbox-due", what: "the schedule", event: schedule, answers: { relayed: 0, failed: 0 } },
    { trigger: "metrics-due", what: "the schedule", event: schedule, answers: {} },
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
  ];
}
