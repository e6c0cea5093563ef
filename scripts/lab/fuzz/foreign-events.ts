// Events as AWS sends them to Lambda functions, one per service, short and with made-up names. Shapes follow the Lambda
// developer guide ("Invoking Lambda with events from other AWS services") and the services' own pages. None is meant for our
// triggers.

const iso = "2026-01-02T03:04:05.678Z";
const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:123456789012:${resource}`;

const bridge = (source: string, detailType: string, detail: Record<string, unknown>) => ({
  version: "0",
  id: "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
  "detail-type": detailType,
  source,
  account: "123456789012",
  time: iso,
  region: "eu-west-1",
  resources: [],
  detail,
});

/** By service. Every one is well-formed. */
export const foreignEvents: Readonly<Record<string, unknown>> = {
  "sqs message": {
    Records: [
      {
        messageId: "059f36b4",
        receiptHandle: "AQEB",
        body: "Test message.",
        attributes: { ApproximateReceiveCount: "1" },
        messageAttributes: {},
        eventSource: "aws:sqs",
        eventSourceARN: arn("sqs", "my-queue"),
        awsRegion: "eu-west-1",
      },
    ],
  },
  "sns message": {
    Records: [
      {
        EventVersion: "1.0",
        EventSource: "aws:sns",
        EventSubscriptionArn: arn("sns", "topic:1"),
        Sns: {
          Type: "Notification",
          MessageId: "95df",
          TopicArn: arn("sns", "topic"),
          Subject: "Hi",
          Message: "Hello",
        },
      },
    ],
  },
  "kinesis record": {
    Records: [
      {
        kinesis: {
          partitionKey: "1",
          sequenceNumber: "4959",
          data: "SGVsbG8=",
          approximateArrivalTimestamp: 1545084650.987,
        },
        eventSource: "aws:kinesis",
        eventName: "aws:kinesis:record",
        eventSourceARN: arn("kinesis", "stream/s"),
      },
    ],
  },
  "dynamodb record of another table": {
    Records: [
      {
        eventID: "1",
        eventName: "INSERT",
        eventSource: "aws:dynamodb",
        dynamodb: {
          Keys: { Id: { N: "101" } },
          NewImage: { Message: { S: "New item!" }, Id: { N: "101" } },
          SequenceNumber: "111",
          SizeBytes: 26,
          StreamViewType: "NEW_AND_OLD_IMAGES",
        },
        eventSourceARN: arn("dynamodb", "table/other/stream/2026"),
      },
    ],
  },
  "codecommit push": {
    Records: [
      {
        awsRegion: "eu-west-1",
        codecommit: { references: [{ commit: "5c4e", ref: "refs/heads/main" }] },
        eventSource: "aws:codecommit",
        eventName: "TriggerEventTest",
      },
    ],
  },
  "ses receipt as lambda action": {
    Records: [
      {
        eventSource: "aws:ses",
        eventVersion: "1.0",
        ses: {
          mail: { messageId: "o3vr", source: "a@example.com" },
          receipt: { action: { type: "Lambda" } },
        },
      },
    ],
  },
  "cloudfront request": {
    Records: [
      {
        cf: {
          config: { distributionId: "EXAMPLE" },
          request: { clientIp: "192.0.2.1", method: "GET", uri: "/", headers: {} },
        },
      },
    ],
  },
  "http api request": {
    version: "2.0",
    routeKey: "$default",
    rawPath: "/",
    rawQueryString: "",
    headers: { host: "example.com" },
    requestContext: { http: { method: "POST", path: "/" } },
    body: '{"Records":[]}',
    isBase64Encoded: false,
  },
  "rest api request": {
    resource: "/",
    path: "/",
    httpMethod: "GET",
    headers: null,
    requestContext: { stage: "prod" },
    body: null,
  },
  "load balancer request": {
    requestContext: { elb: { targetGroupArn: arn("elasticloadbalancing", "targetgroup/x") } },
    httpMethod: "GET",
    path: "/",
    body: "",
  },
  "scheduled event": bridge("aws.events", "Scheduled Event", {}),
  "ec2 state change": bridge("aws.ec2", "EC2 Instance State-change Notification", {
    "instance-id": "i-abcd1111",
    state: "pending",
  }),
  "spot interruption": bridge("aws.ec2", "EC2 Spot Instance Interruption Warning", {
    "instance-id": "i-1234",
    "instance-action": "terminate",
  }),
  "auto scaling lifecycle": bridge("aws.autoscaling", "EC2 Instance-terminate Lifecycle Action", {
    LifecycleHookName: "drain",
    EC2InstanceId: "i-1",
  }),
  "s3 object of another bucket by eventbridge": bridge("aws.s3", "Object Created", {
    bucket: { name: "somebody-elses" },
    object: { key: "a.jpg", size: 5, etag: "b1", "version-id": "v", sequencer: "00" },
    requester: "123456789012",
  }),
  "s3 tags added": bridge("aws.s3", "Object Tags Added", {
    bucket: { name: "somebody-elses" },
    object: { key: "a.jpg" },
  }),
  "custom event": bridge("com.example.shop", "Order Placed", { order: 1, bucket: { name: "fleet-uploads" } }),
  "s3 test event": {
    Service: "Amazon S3",
    Event: "s3:TestEvent",
    Time: iso,
    Bucket: "somebody-elses",
    RequestId: "5582",
  },
  "s3 object of another bucket": {
    Records: [
      {
        eventVersion: "2.1",
        eventSource: "aws:s3",
        eventName: "ObjectCreated:Put",
        userIdentity: { principalId: "AIDA" },
        s3: {
          bucket: { name: "somebody-elses" },
          object: { key: "a%2Bb.jpg", size: 1024, versionId: "v", sequencer: "0A" },
        },
      },
    ],
  },
  "s3 restore": {
    Records: [
      {
        eventSource: "aws:s3",
        eventName: "ObjectRestore:Completed",
        s3: { bucket: { name: "somebody-elses" }, object: { key: "a" } },
      },
    ],
  },
  "s3 batch task": {
    invocationSchemaVersion: "1.0",
    invocationId: "x",
    job: { id: "f3" },
    tasks: [{ taskId: "d", s3Key: "a.jpg", s3VersionId: "1", s3BucketArn: "arn:aws:s3:::b" }],
  },
  "s3 object lambda": {
    xAmzRequestId: "1a5e",
    getObjectContext: { inputS3Url: "https://example.com" },
    userRequest: { url: "/a" },
  },
  "cloudwatch logs": { awslogs: { data: "H4sIAAAAAAAAAA==" } },
  "cloudwatch alarm": {
    source: "aws.cloudwatch",
    alarmArn: arn("cloudwatch", "alarm:x"),
    alarmData: { state: { value: "ALARM" } },
  },
  "cloudformation custom resource": {
    RequestType: "Create",
    ResponseURL: "https://example.com",
    StackId: arn("cloudformation", "stack/x"),
    RequestId: "1",
    ResourceType: "Custom::X",
    LogicalResourceId: "X",
  },
  "cognito sign-up": {
    version: "1",
    triggerSource: "PreSignUp_SignUp",
    region: "eu-west-1",
    userPoolId: "p",
    userName: "u",
    request: {},
    response: {},
  },
  "config rule": {
    invokingEvent: "{}",
    ruleParameters: "{}",
    resultToken: "t",
    eventLeftScope: false,
    configRuleName: "r",
  },
  "connect contact": { Name: "ContactFlowEvent", Details: { ContactData: {}, Parameters: {} } },
  "firehose records": {
    invocationId: "i",
    deliveryStreamArn: arn("firehose", "x"),
    records: [{ recordId: "1", data: "SGVsbG8=" }],
  },
  "kafka records": {
    eventSource: "aws:kafka",
    eventSourceArn: arn("kafka", "cluster/x"),
    records: { "topic-0": [{ topic: "topic", partition: 0, offset: 15, value: "SGVsbG8=" }] },
  },
  "mq messages": {
    eventSource: "aws:mq",
    eventSourceArn: arn("mq", "broker:x"),
    messages: [{ messageID: "ID:1", messageType: "jms/text-message", data: "QUJD" }],
  },
  "iot button": { serialNumber: "G030", batteryVoltage: "1567mV", clickType: "SINGLE" },
  "lex turn": {
    messageVersion: "1.0",
    invocationSource: "DialogCodeHook",
    currentIntent: { name: "OrderFlowers", slots: {} },
  },
  "alexa skill": {
    version: "1.0",
    session: { new: true },
    request: { type: "LaunchRequest", requestId: "r" },
  },
  "appsync resolver": {
    arguments: { id: "1" },
    identity: null,
    source: null,
    request: { headers: {} },
    info: { fieldName: "get" },
  },
  "secrets manager rotation": {
    Step: "createSecret",
    SecretId: arn("secretsmanager", "secret:x"),
    ClientRequestToken: "t",
  },
  "step functions input": { orderId: 17, Records: null },
  "websocket message": {
    requestContext: { routeKey: "$default", connectionId: "c", eventType: "MESSAGE" },
    body: "{}",
  },
};
