// `queues doctor` on a real cloud: silent praise for a fleet that is well, and one line with advice for each thing broken.
import { DeleteTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DeleteBucketCommand } from "@aws-sdk/client-s3";
import { GetQueueUrlCommand, SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deadLetterQueueName, queueName, resourceNames } from "../../../worker/fleet/resources.ts";
import { jobKinds } from "../../../worker/jobs/catalog.ts";
import { clientSettings } from "../../support/cloud.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";
import { catalogJobs, jsonLines, queuesCommand } from "../../support/queues-command.ts";

let provisioned: Provisioned;
const fleet = "ward";
const names = resourceNames(fleet);

beforeAll(async () => {
  provisioned = await startProvisioned();
  await provisioned.provision(fleet);
});
afterAll(() => provisioned.close());

const env = () => ({ AWS_ENDPOINT_URL: provisioned.cloud.url, FLEET_NAME: fleet, AWS_REGION: "eu-west-1" });

async function doctor(now?: () => number, more: Record<string, string> = {}) {
  const run = queuesCommand({ ...env(), ...more }, catalogJobs);
  const { code, stdout } = await run(["doctor", "--json"], now === undefined ? {} : { now });
  const wrongs = jsonLines(stdout).filter(({ state }) => state === "wrong");
  return { code, wrongs: wrongs.map(({ check, found }) => `${check}: ${found}`), all: jsonLines(stdout) };
}

async function setAttributes(queue: string, Attributes: Record<string, string>): Promise<void> {
  const { QueueUrl } = await provisioned.sqs.send(new GetQueueUrlCommand({ QueueName: queue }));
  await provisioned.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
}

async function announce(workerId: string, version: string): Promise<void> {
  const Item = {
    ...{ workerId, fleet, version, state: "ready", busySlots: 0, idleSlots: 2, kinds: jobKinds },
    ...{ held: 0, updatedAt: new Date().toISOString(), everySeconds: 600 },
  };
  await provisioned.db.send(new PutCommand({ TableName: names.tables.workers, Item }));
}

test("a fleet that is well has a line for each check, none of them wrong, and exit code 0", async () => {
  const { code, wrongs, all } = await doctor();
  expect([code, wrongs]).toEqual([0, []]);
  const ok = all.filter(({ state }) => state === "ok").map(({ check }) => check);
  expect(ok).toEqual(
    expect.arrayContaining(["settings", "clock", "queues", "tables", "buckets", "rights", "fleet"]),
  );
  expect((await queuesCommand(env(), catalogJobs)(["doctor"])).stdout).toMatch(
    /^ok {7}settings +the fleet ward at /,
  );
});

test("everything that is broken is told at once, each with what to do, and the exit code is 1", async () => {
  const [resize, mail] = ["resize-image", "parse-mail"].map((kind) => queueName(fleet, kind)) as [
    string,
    string,
  ];
  await setAttributes(resize, { VisibilityTimeout: "5" });
  const target = {
    deadLetterTargetArn: `arn:aws:sqs:eu-west-1:000000000000:${deadLetterQueueName(fleet, "parse-mail")}`,
  };
  await setAttributes(mail, { RedrivePolicy: JSON.stringify({ ...target, maxReceiveCount: 3 }) });
  provisioned.cloud.sqs.send(deadLetterQueueName(fleet, "parse-mail"), {
    body: "{}",
    groupId: "g",
    deduplicationId: "d",
  });
  const dynamo = new DynamoDBClient(clientSettings(provisioned.cloud));
  await dynamo.send(new DeleteTableCommand({ TableName: names.tables.pauses }));
  dynamo.destroy();
  await provisioned.s3.send(new DeleteBucketCommand({ Bucket: names.buckets.plans }));
  await announce("w-1", "1.0");
  await announce("w-2", "1.1");
  const { code, wrongs, all } = await doctor();
  expect(code).toBe(1);
  for (const part of [
    `${resize}: VisibilityTimeout is 5, not `,
    `${mail}: maxReceiveCount is 3, less than 1000`,
    `there is no table ${names.tables.pauses}`,
    `there is no bucket ${names.buckets.plans}`,
    "workers of 2 versions run: 1.0, 1.1",
    "poison: ",
  ])
    expect(
      wrongs.some((text) => text.includes(part)),
      part,
    ).toBe(true);
  expect(wrongs).toHaveLength(6);
  expect(all.filter(({ state }) => state === "wrong").every(({ todo }) => typeof todo === "string")).toBe(
    true,
  );
});

test("a clock that is off, and credentials that are refused, are told", async () => {
  const fast = await doctor(() => Date.now() + 120_000);
  expect(fast.wrongs.filter((text) => text.startsWith("clock:"))).toEqual([
    expect.stringMatching(/12\d s fast|119 s fast/),
  ]);
  const refused = await doctor(undefined, { AWS_ACCESS_KEY_ID: "AKID", AWS_SECRET_ACCESS_KEY: "wrong" });
  expect(refused.code).toBe(1);
});
