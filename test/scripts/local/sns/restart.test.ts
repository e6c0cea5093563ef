import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startTestCloud } from "../../../support/cloud.ts";

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "sns-restart-"));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const functionArn = "arn:aws:lambda:us-east-1:000000000000:function:f";

test("a notification whose function had not finished when the cloud died is delivered after the restart", async () => {
  const first = await startTestCloud({ dataDir, invoke: () => new Promise(() => {}) });
  const topicArn = first.sns.createTopic("events", {}, { owner: "me" });
  first.sns.subscribe(topicArn, "lambda", functionArn);
  first.sns.publish(topicArn, { message: "first", attributes: {} });
  await first.close();

  const seen: string[] = [];
  const second = await startTestCloud({
    dataDir,
    invoke: async (_, event) => void seen.push(event.Records[0]?.Sns.Message ?? ""),
  });
  while (second.sns.owed() > 0) await new Promise(setImmediate);
  expect(seen).toEqual(["first"]);
  expect(second.sns.topic(topicArn).tags).toEqual({ owner: "me" });
  await second.close();

  const third = await startTestCloud({ dataDir, invoke: async () => void seen.push("again") });
  await new Promise(setImmediate);
  expect(seen).toEqual(["first"]);
  await third.close();
});

test("after a restart a FIFO topic still recognises copies and continues its numbers", async () => {
  const first = await startTestCloud({ dataDir });
  const topicArn = first.sns.createTopic("t.fifo", { FifoTopic: "true" });
  const input = { message: "x", attributes: {}, groupId: "g", deduplicationId: "d" };
  const original = first.sns.publish(topicArn, input);
  await first.close();
  const second = await startTestCloud({ dataDir });
  expect(second.sns.publish(topicArn, input)).toEqual(original);
  const next = second.sns.publish(topicArn, { ...input, deduplicationId: "e" });
  expect(Number(next.sequenceNumber?.slice(3))).toBeGreaterThan(Number(original.sequenceNumber?.slice(3)));
  await second.close();
});
