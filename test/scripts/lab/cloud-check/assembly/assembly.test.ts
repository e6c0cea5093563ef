// Templates as they would be deployed: references across stacks, names, policies of roles and of resources.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { NoAssembly, readAssembly } from "../../../../../scripts/lab/cloud-check/assembly/assembly.ts";
import { NotResolved } from "../../../../../scripts/lab/cloud-check/assembly/intrinsics.ts";
import { readRights, roleOf } from "../../../../../scripts/lab/cloud-check/assembly/rights.ts";
import { PolicyNotUnderstood } from "../../../../../scripts/lab/cloud-check/iam/policy.ts";

const deployment = { partition: "aws", region: "eu-west-1", account: "111122223333" };

/** An assembly of these stacks. */
function assemblyOf(stacks: Record<string, { Resources: object; Outputs?: object; Parameters?: object }>) {
  const folder = mkdtempSync(join(tmpdir(), "assembly-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, template] of Object.entries(stacks))
    writeFileSync(join(folder, `${name}.template.json`), JSON.stringify(template));
  return readAssembly(folder, deployment);
}

const allow = (Action: string, Resource: unknown) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action, Resource }],
});
const trust = { AssumeRolePolicyDocument: {} };
const queues = {
  Resources: { Queue: { Type: "AWS::SQS::Queue", Properties: { QueueName: "jobs.fifo" } } },
  Outputs: { Arn: { Value: { "Fn::GetAtt": ["Queue", "Arn"] }, Export: { Name: "queues:Arn" } } },
};

test("a role's policies are resolved across stacks, and a function's role is found by the function's name", () => {
  const assembly = assemblyOf({
    queues,
    triggers: {
      Resources: {
        Role: {
          Type: "AWS::IAM::Role",
          Properties: {
            ...trust,
            Policies: [
              {
                PolicyName: "own",
                PolicyDocument: allow("sns:Publish", {
                  // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own placeholders
                  "Fn::Sub": "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:t",
                }),
              },
            ],
          },
        },
        Policy: {
          Type: "AWS::IAM::Policy",
          Properties: {
            Roles: [{ Ref: "Role" }],
            PolicyDocument: allow("sqs:SendMessage", { "Fn::ImportValue": "queues:Arn" }),
          },
        },
        Function: {
          Type: "AWS::Lambda::Function",
          Properties: {
            FunctionName: "f",
            Role: { "Fn::GetAtt": ["Role", "Arn"] },
            Nothing: { Ref: "AWS::NoValue" },
          },
        },
      },
    },
  });
  const role = roleOf(assembly, readRights(assembly), "f");
  expect(role?.statements.flatMap(({ resources }) => resources.patterns)).toEqual([
    "arn:aws:sns:eu-west-1:111122223333:t",
    "arn:aws:sqs:eu-west-1:111122223333:jobs.fifo",
  ]);
  expect(
    assembly.resources.find(({ logicalId }) => logicalId === "Function")?.properties(),
  ).not.toHaveProperty("Nothing");
});

test("a parameter that another stack writes has its value, and any other its default", () => {
  const assembly = assemblyOf({
    data: {
      Resources: {
        Table: { Type: "AWS::DynamoDB::Table", Properties: { TableName: "outbox" } },
        Stream: {
          Type: "AWS::SSM::Parameter",
          Properties: { Name: "/f/stream", Value: { "Fn::GetAtt": ["Table", "StreamArn"] } },
        },
      },
    },
    triggers: {
      Parameters: {
        Stream: { Type: "AWS::SSM::Parameter::Value<String>", Default: "/f/stream" },
        Image: { Type: "AWS::SSM::Parameter::Value<String>", Default: "/aws/ami" },
      },
      Resources: {
        Topic: { Type: "AWS::SNS::Topic", Properties: { Tags: [{ Ref: "Stream" }, { Ref: "Image" }] } },
      },
    },
  });
  const topic = assembly.resources.find(({ logicalId }) => logicalId === "Topic");
  expect(topic?.properties().Tags).toEqual([
    "arn:aws:dynamodb:eu-west-1:111122223333:table/outbox/stream/2026-01-01T00:00:00.000",
    "/aws/ami",
  ]);
});

test("the policy of a queue, a topic or a bucket is found by the resource's ARN", () => {
  const open = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Deny", Principal: "*", Action: "*", Resource: "*" }],
  };
  const assembly = assemblyOf({
    data: {
      Resources: {
        ...queues.Resources,
        Bucket: {
          Type: "AWS::S3::Bucket",
          Properties: { BucketName: { "Fn::Join": ["-", ["b", { Ref: "AWS::AccountId" }]] } },
        },
        Topic: { Type: "AWS::SNS::Topic", Properties: {} },
        OfQueue: {
          Type: "AWS::SQS::QueuePolicy",
          Properties: { Queues: [{ Ref: "Queue" }], PolicyDocument: open },
        },
        OfBucket: {
          Type: "AWS::S3::BucketPolicy",
          Properties: { Bucket: { Ref: "Bucket" }, PolicyDocument: open },
        },
        OfTopic: {
          Type: "AWS::SNS::TopicPolicy",
          Properties: { Topics: [{ Ref: "Topic" }], PolicyDocument: open },
        },
      },
    },
  });
  const { resourcePolicy } = readRights(assembly);
  const [queue, bucket, topic] = [
    "arn:aws:sqs:eu-west-1:111122223333:jobs.fifo",
    "arn:aws:s3:::b-111122223333",
    "arn:aws:sns:eu-west-1:111122223333:data-Topic",
  ];
  expect([queue, bucket, topic].map((arn) => resourcePolicy(arn).length)).toEqual([1, 1, 1]);
  expect(resourcePolicy("arn:aws:s3:::other")).toEqual([]);
});

test("anything unknown is an error: functions, references, keys, managed policies, boundaries, no assembly", () => {
  const role = (Properties: object) => ({
    s: { Resources: { Role: { Type: "AWS::IAM::Role", Properties: { ...trust, ...Properties } } } },
  });
  const reading = (stacks: Parameters<typeof assemblyOf>[0]) => () => readRights(assemblyOf(stacks));
  expect(reading(role({ Description: { "Fn::FindInMap": ["a", "b", "c"] } }))).toThrow(NotResolved);
  expect(reading(role({ Description: { "Fn::GetAtt": ["Nobody", "Arn"] } }))).toThrow("s Role: Nobody.Arn");
  expect(reading(role({ ManagedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] }))).toThrow(
    "AdministratorAccess",
  );
  expect(reading(role({ PermissionsBoundary: "arn:aws:iam::aws:policy/x" }))).toThrow(PolicyNotUnderstood);
  expect(reading({ s: { Resources: { Key: { Type: "AWS::KMS::Key" } } } })).toThrow("key policies");
  expect(() => readAssembly(join(tmpdir(), "no-such-assembly"), deployment)).toThrow(NoAssembly);
});
