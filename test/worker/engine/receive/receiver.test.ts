// The client that sqs-consumer is given: sizes, attempt ids and their age, with an SQS that answers as the test says.
import type { ReceiveMessageCommandInput, SQSClient } from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import { receiverOf } from "../../../../worker/engine/receive/receiver.ts";

function setup() {
  let nowMs = 0;
  let ids = 0;
  let answers = true;
  const sent: ReceiveMessageCommandInput[] = [];
  const landing: Promise<unknown>[] = [];
  const send = async ({ input }: { input: ReceiveMessageCommandInput }) => {
    sent.push(input);
    if (!answers) throw new Error("no answer");
    return { Messages: [] };
  };
  const receiver = receiverOf({
    sqs: { send } as unknown as SQSClient,
    newAttemptId: () => `attempt-${++ids}`,
    monotonic: () => nowMs,
    size: () => 7,
    waitSeconds: () => 20,
    landing: (pending) => void landing.push(pending.catch(() => {})),
  });
  /** Receives at a time; the attempt id it used. */
  const receiveAt = async (ms: number, answered: boolean) => {
    nowMs = ms;
    answers = answered;
    const receive = receiver.client as unknown as { send: (command: unknown) => Promise<unknown> };
    await receive.send({ input: { QueueUrl: "http://queue" } }).catch(() => {});
    return sent.at(-1)?.ReceiveRequestAttemptId;
  };
  return { receiver, receiveAt, sent, landing };
}

test("an unanswered receive is repeated with its attempt id for the five minutes SQS keeps it, and then with another", async () => {
  const { receiveAt } = setup();
  const ids = [];
  for (const ms of [1000, 200_000, 301_000, 301_001, 301_002]) ids.push(await receiveAt(ms, false));
  expect(ids).toEqual(["attempt-1", "attempt-1", "attempt-1", "attempt-2", "attempt-2"]);
});

test("an answered receive ends its attempt id, and is described with the moment it was sent", async () => {
  const { receiver, receiveAt, landing, sent } = setup();
  await receiveAt(1000, false);
  expect(receiver.received()).toEqual({ id: "", sentAt: 0, asked: 0 });
  await receiveAt(5000, true);
  expect(receiver.received()).toEqual({ id: "attempt-1", sentAt: 5000, asked: 7 });
  expect(await receiveAt(6000, true)).toBe("attempt-2");
  expect(landing).toHaveLength(3);
  expect(sent[0]).toMatchObject({ QueueUrl: "http://queue", MaxNumberOfMessages: 7, WaitTimeSeconds: 20 });
});
