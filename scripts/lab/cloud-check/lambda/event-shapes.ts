// Events in the shapes in which AWS delivers them (S3, SNS, EventBridge, DynamoDB and API Gateway guides).

/** When every event happened. */
export const time = "2026-11-02T10:00:00.000Z";

export const s3Record = (bucket: string, key: string, eventName: string) => ({
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

export const bySns = (topic: string, ...messages: unknown[]) => ({
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

export const byEventBridge = (bucket: string, key: string) => ({
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

export const schedule = {
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

export const albumImage = (album: string, peak: number) => ({
  album: { S: album },
  pictures: { N: String(peak) },
  peak: { N: String(peak) },
  revision: { N: String(peak) },
});

export const streamRecord = (
  table: string,
  sequence: number,
  images: { before?: object; after?: object },
) => ({
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

export const httpEvent = (fields: Record<string, string>) => ({
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
