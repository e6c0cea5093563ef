// Which IAM accesses real SDK calls require. No call is applied: the cloud answers 403 once it has read the call.
import {
  AutoScalingClient,
  CompleteLifecycleActionCommand,
  DescribeAutoScalingGroupsCommand,
} from "@aws-sdk/client-auto-scaling";
import * as dynamo from "@aws-sdk/client-dynamodb";
import * as s3 from "@aws-sdk/client-s3";
import { PublishBatchCommand, PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import * as sqs from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  accessesOf,
  accessKeyOf,
  UnknownCall,
} from "../../../../../scripts/lab/cloud-check/calls/accesses.ts";
import { missingObjectAccesses } from "../../../../../scripts/lab/cloud-check/calls/s3.ts";
import { autoScalingService } from "../../../../../scripts/local/autoscaling/service.ts";
import type { FaultCall } from "../../../../../scripts/local/gateway/faults.ts";
import { proxyService } from "../../../../../scripts/local/gateway/proxy.ts";
import { startTestCloud, type TestCloud } from "../../../../support/cloud.ts";

const deployment = { partition: "aws", region: "eu-west-1", account: "000000000000" };
let cloud: TestCloud;
let clients: {
  s3: s3.S3Client;
  sqs: sqs.SQSClient;
  sns: SNSClient;
  dynamo: dynamo.DynamoDBClient;
  scaling: AutoScalingClient;
};
const calls: FaultCall[] = [];

beforeAll(async () => {
  const nowhere = proxyService("dynamodb", "http://127.0.0.1:9", ["DynamoDB_20120810."]);
  const scaling = { ...nowhere, name: "autoscaling", actionOf: autoScalingService({} as never).actionOf };
  cloud = await startTestCloud({ region: "eu-west-1", extraServices: [nowhere, scaling] });
  cloud.faults.push((call) => {
    calls.push(call);
    return { kind: "error", status: 403, code: "AccessDenied", message: "refused" };
  });
  const settings = { ...cloud.settings, maxAttempts: 1 };
  clients = {
    s3: new s3.S3Client({ ...settings, forcePathStyle: true }),
    sqs: new sqs.SQSClient(settings),
    sns: new SNSClient(settings),
    dynamo: new dynamo.DynamoDBClient(settings),
    scaling: new AutoScalingClient(settings),
  };
});
afterAll(async () => {
  for (const client of Object.values(clients)) client.destroy();
  await cloud.close();
});
beforeEach(() => void calls.splice(0));

/** `action on resource` for every access that the one call requires. */
async function asked(call: Promise<unknown>): Promise<string[]> {
  await call.catch(() => undefined);
  expect(calls).toHaveLength(1);
  return calls.flatMap((made) =>
    accessesOf(made, deployment).map(
      ({ action, resource }) => `${action} on ${resource.replace(/^arn:aws:/, "")}`,
    ),
  );
}

const at = { Bucket: "b", Key: "folder/a +ü.png" };
const key = "s3:::b/folder/a +ü.png";

test("S3 reads and deletes require other actions with a version than without", async () => {
  const { s3: client } = clients;
  const one = async (command: Promise<unknown>) => {
    calls.splice(0);
    return asked(command);
  };
  const VersionId = "v";
  expect(await one(client.send(new s3.GetObjectCommand(at)))).toEqual([`s3:GetObject on ${key}`]);
  expect(await one(client.send(new s3.GetObjectCommand({ ...at, VersionId })))).toEqual([
    `s3:GetObjectVersion on ${key}`,
  ]);
  expect(await one(client.send(new s3.HeadObjectCommand(at)))).toEqual([`s3:GetObject on ${key}`]);
  expect(await one(client.send(new s3.DeleteObjectCommand(at)))).toEqual([`s3:DeleteObject on ${key}`]);
  expect(await one(client.send(new s3.DeleteObjectCommand({ ...at, VersionId })))).toEqual([
    `s3:DeleteObjectVersion on ${key}`,
  ]);
  const Objects = [{ Key: "x" }, { Key: "007", VersionId }];
  expect(await one(client.send(new s3.DeleteObjectsCommand({ Bucket: "b", Delete: { Objects } })))).toEqual([
    "s3:DeleteObject on s3:::b/x",
    "s3:DeleteObjectVersion on s3:::b/007",
  ]);
});

test("S3 writes conditional on an ETag require reading, copies require reading their source", async () => {
  const { s3: client } = clients;
  const one = async (command: Promise<unknown>) => {
    calls.splice(0);
    return asked(command);
  };
  const put = (more: object) => client.send(new s3.PutObjectCommand({ ...at, Body: "x", ...more }));
  expect(await one(put({}))).toEqual([`s3:PutObject on ${key}`]);
  expect(await one(put({ IfNoneMatch: "*" }))).toEqual([`s3:PutObject on ${key}`]);
  expect(await one(put({ IfMatch: '"e"' }))).toEqual([`s3:PutObject on ${key}`, `s3:GetObject on ${key}`]);
  expect(await one(put({ Tagging: "a=b" }))).toEqual([
    `s3:PutObject on ${key}`,
    `s3:PutObjectTagging on ${key}`,
  ]);
  const CopySource = `${encodeURIComponent("from")}/${encodeURIComponent("a b")}?versionId=v`;
  expect(await one(client.send(new s3.CopyObjectCommand({ ...at, CopySource })))).toEqual([
    "s3:GetObjectVersion on s3:::from/a b",
    `s3:PutObject on ${key}`,
  ]);
  expect(await one(client.send(new s3.CreateMultipartUploadCommand(at)))).toEqual([`s3:PutObject on ${key}`]);
  const upload = { ...at, UploadId: "u" };
  expect(await one(client.send(new s3.UploadPartCommand({ ...upload, PartNumber: 1, Body: "x" })))).toEqual([
    `s3:PutObject on ${key}`,
  ]);
  expect(await one(client.send(new s3.AbortMultipartUploadCommand(upload)))).toEqual([
    `s3:AbortMultipartUpload on ${key}`,
  ]);
});

test("S3 listings require the bucket; answering 404 for a missing object requires listing", async () => {
  const { s3: client } = clients;
  expect(await asked(client.send(new s3.ListObjectsV2Command({ Bucket: "b", Prefix: "p" })))).toEqual([
    "s3:ListBucket on s3:::b",
  ]);
  calls.splice(0);
  await client.send(new s3.HeadObjectCommand(at)).catch(() => undefined);
  const [head] = calls;
  if (head === undefined) throw new Error("no call was seen");
  expect(missingObjectAccesses(head, 404, deployment)).toEqual([
    { action: "s3:ListBucket", resource: "arn:aws:s3:::b" },
  ]);
  expect(missingObjectAccesses(head, 200, deployment)).toEqual([]);
});

test("a DynamoDB transaction requires the actions of its parts, each on its table", async () => {
  const Key = { id: { S: "1" } };
  const on = (TableName: string) => ({ TableName, Key });
  const TransactItems = [
    { Put: { TableName: "images", Item: Key } },
    { Update: { ...on("jobs"), UpdateExpression: "SET a = :a" } },
    { Delete: on("old") },
    { ConditionCheck: { ...on("albums"), ConditionExpression: "attribute_exists(id)" } },
  ];
  const table = (name: string) => `dynamodb:eu-west-1:000000000000:table/${name}`;
  expect(await asked(clients.dynamo.send(new dynamo.TransactWriteItemsCommand({ TransactItems })))).toEqual([
    `dynamodb:PutItem on ${table("images")}`,
    `dynamodb:UpdateItem on ${table("jobs")}`,
    `dynamodb:DeleteItem on ${table("old")}`,
    `dynamodb:ConditionCheckItem on ${table("albums")}`,
  ]);
});

test("a batch of DynamoDB's statements requires the right to insert where it inserts, and one that nobody has for the rest", async () => {
  const Parameters = [{ S: "1" }];
  const Statements = [
    { Statement: `INSERT INTO "jobs" VALUE {'id': ?}`, Parameters },
    { Statement: `DELETE FROM "jobs" WHERE id = ?`, Parameters },
  ];
  expect(await asked(clients.dynamo.send(new dynamo.BatchExecuteStatementCommand({ Statements })))).toEqual([
    "dynamodb:PartiQLInsert on dynamodb:eu-west-1:000000000000:table/jobs",
    "dynamodb:* on dynamodb:eu-west-1:000000000000:table/*",
  ]);
});

test("a DynamoDB query on an index requires the index, a batch requires each table", async () => {
  const table = "dynamodb:eu-west-1:000000000000:table";
  const query = { TableName: "jobs", IndexName: "ended", KeyConditionExpression: "a = :a" };
  expect(await asked(clients.dynamo.send(new dynamo.QueryCommand(query)))).toEqual([
    `dynamodb:Query on ${table}/jobs/index/ended`,
  ]);
  calls.splice(0);
  const Keys = [{ id: { S: "1" } }];
  const batch = new dynamo.BatchGetItemCommand({ RequestItems: { images: { Keys }, sheets: { Keys } } });
  expect(await asked(clients.dynamo.send(batch))).toEqual([
    `dynamodb:BatchGetItem on ${table}/images`,
    `dynamodb:BatchGetItem on ${table}/sheets`,
  ]);
});

test("SQS and SNS batches require their single action; a queue's URL names the queue", async () => {
  const QueueUrl = `${cloud.url}/000000000000/q.fifo`;
  const queue = "sqs:eu-west-1:000000000000:q.fifo";
  const Entries = [{ Id: "1", ReceiptHandle: "h", VisibilityTimeout: 1 }];
  const one = async (call: Promise<unknown>) => {
    calls.splice(0);
    return asked(call);
  };
  const { sqs: client, sns } = clients;
  expect(await one(client.send(new sqs.GetQueueUrlCommand({ QueueName: "q.fifo" })))).toEqual([
    `sqs:GetQueueUrl on ${queue}`,
  ]);
  expect(await one(client.send(new sqs.DeleteMessageBatchCommand({ QueueUrl, Entries })))).toEqual([
    `sqs:DeleteMessage on ${queue}`,
  ]);
  expect(await one(client.send(new sqs.ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries })))).toEqual([
    `sqs:ChangeMessageVisibility on ${queue}`,
  ]);
  const TopicArn = "arn:aws:sns:eu-west-1:000000000000:t";
  for (const command of [
    new PublishCommand({ TopicArn, Message: "m" }),
    new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: [{ Id: "1", Message: "m" }] }),
  ])
    expect(await one(sns.send(command as PublishCommand))).toEqual([
      "sns:Publish on sns:eu-west-1:000000000000:t",
    ]);
});

test("a lifecycle action requires its group", async () => {
  const names = {
    AutoScalingGroupName: "fleet",
    LifecycleHookName: "drain",
    LifecycleActionResult: "CONTINUE",
  };
  expect(await asked(clients.scaling.send(new CompleteLifecycleActionCommand(names)))).toEqual([
    "autoscaling:CompleteLifecycleAction on autoscaling:eu-west-1:000000000000:autoScalingGroup:*:autoScalingGroupName/fleet",
  ]);
});

test("describing Auto Scaling groups supports no resource", async () => {
  expect(await asked(clients.scaling.send(new DescribeAutoScalingGroupsCommand({})))).toEqual([
    "autoscaling:DescribeAutoScalingGroups on *",
  ]);
});

test("an unknown call is an error, and the caller is the access key id", async () => {
  await clients.sqs.send(new sqs.ListQueuesCommand({})).catch(() => undefined);
  const [call] = calls;
  if (call === undefined) throw new Error("no call was seen");
  expect(() => accessesOf(call, deployment)).toThrow(UnknownCall);
  expect(accessKeyOf(call)).toBe("AKIDLOCAL");
});
