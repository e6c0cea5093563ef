// The counts that size the fleet, read from the local cloud's queues.
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFailedRecordsQueue, createQueues } from "../../../scripts/provision/queues.ts";
import { queueCounter } from "../../../triggers/metrics-due/queue-counts.ts";
import { startTestCloud, type TestCloud } from "../../support/cloud.ts";
import { fixtureWork } from "../../support/fixture-jobs.ts";

const kinds = ["first-kind", "second-kind"];
const triggers = ["image-uploaded"];
let cloud: TestCloud;
let sqs: SQSClient;

beforeEach(async () => {
  cloud = await startTestCloud();
  sqs = new SQSClient(cloud.settings);
  for (const kind of kinds) await createQueues(sqs, "counted", { ...fixtureWork, kind });
  for (const trigger of triggers) await createFailedRecordsQueue(sqs, "counted", trigger);
});
afterEach(async () => {
  sqs.destroy();
  await cloud.close();
});

const urlOf = (name: string) => `${cloud.url}/${cloud.accountId}/counted-${name}`;
const send = (name: string, count: number) =>
  Promise.all(
    Array.from({ length: count }, (_, index) =>
      sqs.send(
        new SendMessageCommand({
          QueueUrl: urlOf(name),
          MessageBody: "x",
          ...(name.endsWith(".fifo") && { MessageGroupId: `g${index}`, MessageDeduplicationId: `d${index}` }),
        }),
      ),
    ),
  );

test("waiting and in-flight messages are counted by kind, dead ones by kind, failed events by trigger", async () => {
  const count = queueCounter({ sqs, fleet: "counted", kinds, triggers });
  expect(await count()).toEqual({
    kinds: { "first-kind": { waiting: 0, inFlight: 0 }, "second-kind": { waiting: 0, inFlight: 0 } },
    dead: { "first-kind": 0, "second-kind": 0 },
    failedEvents: { "image-uploaded": 0 },
  });
  await send("first-kind.fifo", 3);
  await send("second-kind.fifo", 4);
  await send("second-kind-dead.fifo", 2);
  await send("image-uploaded-failed", 1);
  await sqs.send(new ReceiveMessageCommand({ QueueUrl: urlOf("second-kind.fifo"), MaxNumberOfMessages: 3 }));
  expect(await count()).toEqual({
    kinds: { "first-kind": { waiting: 3, inFlight: 0 }, "second-kind": { waiting: 1, inFlight: 3 } },
    dead: { "first-kind": 0, "second-kind": 2 },
    failedEvents: { "image-uploaded": 1 },
  });
});

test("when one queue cannot be counted, there is no count instead of a wrong one", async () => {
  const count = queueCounter({ sqs, fleet: "counted", kinds: [...kinds, "not-there"], triggers });
  await expect(count()).rejects.toThrow("does not exist");
});

test.each([undefined, "", "many", "1.5"])(
  "an answer with %j for a count is an error, not a zero",
  async (text) => {
    const count = queueCounter({ sqs, fleet: "counted", kinds, triggers });
    sqs.middlewareStack.add(
      (next) => async (args) => {
        const answer = await next(args);
        const { Attributes } = answer.output as { Attributes?: Record<string, string | undefined> };
        if (Attributes !== undefined) Attributes.ApproximateNumberOfMessages = text;
        return answer;
      },
      { step: "initialize" },
    );
    await expect(count()).rejects.toThrow("SQS returned no count");
  },
);
