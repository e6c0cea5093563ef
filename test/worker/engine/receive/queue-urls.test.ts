// Looking up the queues of a fleet.
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { expect, onTestFinished, test } from "vitest";
import { findQueues } from "../../../../worker/engine/receive/queue-urls.ts";
import { InvalidSettings } from "../../../../worker/fleet/errors.ts";
import { startTestCloud } from "../../../support/cloud.ts";

async function setup(...names: string[]) {
  const cloud = await startTestCloud();
  const sqs = new SQSClient(cloud.settings);
  onTestFinished(async () => {
    sqs.destroy();
    await cloud.close();
  });
  for (const QueueName of names)
    await sqs.send(new CreateQueueCommand({ QueueName, Attributes: { FifoQueue: "true" } }));
  return sqs;
}

test("queue and dead-letter queue of each kind are found by the fleet's name", async () => {
  const sqs = await setup("f-a.fifo", "f-a-dead.fifo", "f-b.fifo", "f-b-dead.fifo");
  const urls = await findQueues(sqs, "f", ["a", "b"]);
  expect(urls.queue("b")).toMatch(/\/f-b\.fifo$/);
  expect(urls.deadLetterQueue("a")).toMatch(/\/f-a-dead\.fifo$/);
});

test("every queue that does not exist is named in one error", async () => {
  const sqs = await setup("f-a.fifo");
  const found = findQueues(sqs, "f", ["a", "b"]);
  await expect(found).rejects.toThrow(InvalidSettings);
  await expect(found).rejects.toThrow(/there is no queue f-a-dead\.fifo, f-b-dead\.fifo, f-b\.fifo/);
});
