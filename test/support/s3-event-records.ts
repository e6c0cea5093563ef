// S3 events as AWS sends them, in every wrapping, with made-up names. Shapes after the S3 user guide.

export type Created = { bucket: string; key: string; versionId?: string; sequencer?: string; size?: number };

/** `+` for a space, percent-encoding for the rest, `/` kept: how a notification writes a key. */
export const encodedKey = (key: string): string =>
  encodeURIComponent(key).replaceAll("%20", "+").replaceAll("%2F", "/");

/** One record of an S3 notification. */
export function s3Record({
  bucket,
  key,
  versionId = "v1",
  sequencer = "0055AED6DCD90281E5",
  size = 1024,
}: Created) {
  return {
    eventVersion: "2.1",
    eventSource: "aws:s3",
    awsRegion: "eu-west-1",
    eventTime: "2026-01-02T03:04:05.678Z",
    eventName: "ObjectCreated:Put",
    userIdentity: { principalId: "AWS:AIDAEXAMPLE" },
    requestParameters: { sourceIPAddress: "192.0.2.7" },
    s3: {
      s3SchemaVersion: "1.0",
      configurationId: "uploads",
      bucket: { name: bucket, ownerIdentity: { principalId: "A1EXAMPLE" }, arn: `arn:aws:s3:::${bucket}` },
      object: { key: encodedKey(key), size, eTag: "d41d8cd98f00b204e9800998ecf8427e", versionId, sequencer },
    },
  };
}

/** What S3 hands a function directly. */
export const s3Event = (...created: Created[]) => ({ Records: created.map(s3Record) });

/** The same inside SNS records, one message for each body. */
export const snsEvent = (...bodies: unknown[]) => ({
  Records: bodies.map((body) => ({
    EventVersion: "1.0",
    EventSource: "aws:sns",
    EventSubscriptionArn: "arn:aws:sns:eu-west-1:123456789012:uploads:1",
    Sns: {
      Type: "Notification",
      MessageId: "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
      TopicArn: "arn:aws:sns:eu-west-1:123456789012:uploads",
      Subject: "Amazon S3 Notification",
      Message: typeof body === "string" ? body : JSON.stringify(body),
      Timestamp: "2026-01-02T03:04:06.000Z",
    },
  })),
});

/** The same as EventBridge delivers it: one object, its key as it is. */
export const eventBridgeEvent = ({
  bucket,
  key,
  versionId = "v1",
  sequencer = "0055AED6DCD90281E5",
  size = 1024,
}: Created) => ({
  version: "0",
  id: "17793124-05d4-b198-2fde-7ededc63b103",
  "detail-type": "Object Created",
  source: "aws.s3",
  account: "123456789012",
  time: "2026-01-02T03:04:05Z",
  region: "eu-west-1",
  resources: [`arn:aws:s3:::${bucket}`],
  detail: {
    version: "0",
    bucket: { name: bucket },
    object: { key, size, etag: "d41d8cd98f00b204e9800998ecf8427e", "version-id": versionId, sequencer },
    "request-id": "C3D13FE58DE4C810",
    requester: "123456789012",
    "source-ip-address": "192.0.2.7",
    reason: "PutObject",
  },
});

/** What S3 sends when a notification is configured. */
export const testEvent = {
  Service: "Amazon S3",
  Event: "s3:TestEvent",
  Time: "2026-01-02T03:04:05.678Z",
  Bucket: "uploads",
  RequestId: "5582815E1AEA5ADF",
  HostId: "8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR+YstdA6Knx4Ip8EXAMPLE",
};
