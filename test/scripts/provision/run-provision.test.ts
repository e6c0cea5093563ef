// `npm run provision` at an endpoint of its own: it creates everything, and nothing without an endpoint.
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { ListTopicsCommand, SNSClient } from "@aws-sdk/client-sns";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { runProvision } from "../../../scripts/provision/run-provision.ts";
import { resourceNames } from "../../../worker/fleet/resources.ts";
import { clientSettings } from "../../support/cloud.ts";
import { startProvisioned } from "../../support/provisioned.ts";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test("it creates the queues, tables, buckets and topics of mails, pictures and words, also when it runs twice", async () => {
  const { cloud, close } = await startProvisioned();
  const settings = clientSettings(cloud);
  const clients = {
    dynamo: new DynamoDBClient(settings),
    s3: new S3Client({ ...settings, forcePathStyle: true }),
    sns: new SNSClient(settings),
  };
  onTestFinished(async () => {
    for (const client of Object.values(clients)) client.destroy();
    await close();
  });
  vi.spyOn(console, "log").mockImplementation(() => {});
  const env = {
    FLEET_NAME: "made",
    AWS_REGION: "eu-west-1",
    AWS_ENDPOINT_URL: cloud.url,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  for (let twice = 0; twice < 2; twice += 1) expect(await runProvision([], process.env)).toBe(0);
  const names = resourceNames("made");
  const tables = (await clients.dynamo.send(new ListTablesCommand())).TableNames;
  expect(tables).toEqual(expect.arrayContaining(Object.values(names.tables)));
  const buckets = ((await clients.s3.send(new ListBucketsCommand())).Buckets ?? []).map(({ Name }) => Name);
  expect(buckets).toEqual(expect.arrayContaining(Object.values(names.buckets)));
  const topics = ((await clients.sns.send(new ListTopicsCommand())).Topics ?? []).map(({ TopicArn }) =>
    TopicArn?.split(":").at(-1),
  );
  expect(topics).toEqual(expect.arrayContaining(Object.values(names.topics)));
});

test("without an endpoint for a service nothing is created anywhere", async () => {
  const errors: unknown[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => errors.push(text) > 0);
  const some = {
    AWS_REGION: "eu-west-1",
    AWS_ENDPOINT_URL_SQS: "http://127.0.0.1:1",
    AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:1",
  };
  expect(await runProvision([], some)).toBe(2);
  expect(errors.join("")).toMatch(
    /^provision: AWS_ENDPOINT_URL_S3 is missing.*\nprovision: AWS_ENDPOINT_URL_SNS is missing.*\n$/,
  );
});
