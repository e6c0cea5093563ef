import { randomUUID } from "node:crypto";
import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RuleContext } from "../../../../scripts/lab/conformance/rule.ts";
import { s3Rules } from "../../../../scripts/lab/conformance/s3/rules.ts";
import { VirtualClock } from "../../../../scripts/local/clock/clock.ts";
import { startTestCloud, type TestCloud } from "../../../support/cloud.ts";

let cloud: TestCloud;
beforeAll(async () => {
  // Clients sign with the machine's time, so the virtual clock starts there.
  cloud = await startTestCloud({ clock: new VirtualClock(Date.now()) });
});
afterAll(() => cloud.close());

async function run(rule: (typeof s3Rules)[number]): Promise<void> {
  const { settings, url, region, clock } = cloud;
  const cleanUps: (() => Promise<unknown>)[] = [];
  const context: RuleContext = {
    endpoint: url,
    region,
    sqs: new SQSClient(settings),
    sns: new SNSClient(settings),
    s3: new S3Client({ ...settings, forcePathStyle: true }),
    name: (prefix) => `${prefix}-${randomUUID()}`,
    wait: async (seconds) => clock.advance(seconds * 1000),
    virtualTime: true,
    later: (cleanUp) => cleanUps.push(cleanUp),
  };
  try {
    await rule.run(context);
  } finally {
    for (const cleanUp of cleanUps.reverse()) await cleanUp().catch(() => undefined);
    for (const client of [context.sqs, context.sns, context.s3]) client.destroy();
  }
}

describe("the local object store behaves as documented", () => {
  test.each(s3Rules.map((rule) => [rule.statement, rule] as const))("%s", async (_, rule) => {
    await expect(run(rule)).resolves.toBeUndefined();
  });
});

test("every rule has its own name", () => {
  const ids = s3Rules.map((rule) => rule.id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.every((id) => /^s3-[a-z0-9-]+$/.test(id))).toBe(true);
});
