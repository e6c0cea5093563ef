// The client of the local suite, in a process of its own: fills a new queue and empties it, on request.
import { z } from "zod";
import { treeCpu } from "../../measure/processes.ts";
import { handleOrders, sendToParent } from "../child.ts";
import { load } from "./load.ts";
import { type PlainSqs, plainSqs } from "./plain-sqs.ts";

const passOrder = z.object({ url: z.string(), pid: z.number() });
const created = z.object({ QueueUrl: z.string() });
const received = z.object({ Messages: z.array(z.object({ ReceiptHandle: z.string() })).optional() });
/** What a batch did: a failed entry would be counted as done. */
const done = z.object({ Failed: z.array(z.never()).optional() });

handleOrders({ pass: (order) => pass(passOrder.parse(order)) });

async function pass({ url, pid }: z.output<typeof passOrder>): Promise<void> {
  const sqs = plainSqs(url);
  const Attributes = {
    FifoQueue: "true",
    DeduplicationScope: "messageGroup",
    FifoThroughputLimit: "perMessageGroupId",
  };
  const QueueName = `q-${Date.now()}.fifo`;
  const { QueueUrl } = await sqs.call("CreateQueue", { QueueName, Attributes }, created);
  const send = await measured(pid, sender(sqs, QueueUrl));
  const take = await measured(pid, taker(sqs, QueueUrl, send.messages));
  await sqs.call("DeleteQueue", { QueueUrl }, z.unknown());
  sqs.close();
  sendToParent({ is: "passed", send, take });
}

/** Answers how many messages it has done, and undefined at the end. */
type Step = () => Promise<number | undefined>;

function sender(sqs: PlainSqs, QueueUrl: string): Step {
  let sent = 0;
  return async () => {
    if (sent >= load.messages) return undefined;
    const from = sent;
    sent += 10;
    const Entries = Array.from({ length: 10 }, (_, index) => ({
      Id: String(index),
      MessageBody: `message ${from + index}`,
      MessageGroupId: `group-${(from + index) % load.groups}`,
      MessageDeduplicationId: String(from + index),
    }));
    await sqs.call("SendMessageBatch", { QueueUrl, Entries }, done);
    return Entries.length;
  };
}

function taker(sqs: PlainSqs, QueueUrl: string, all: number): Step {
  let taken = 0;
  return async () => {
    if (taken >= all) return undefined;
    const { Messages = [] } = await sqs.call(
      "ReceiveMessage",
      { QueueUrl, MaxNumberOfMessages: 10 },
      received,
    );
    taken += Messages.length;
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    if (Entries.length > 0) await sqs.call("DeleteMessageBatch", { QueueUrl, Entries }, done);
    return Entries.length;
  };
}

/** Repeats a step, several at once, until it is at its end or has no time left. */
async function measured(pid: number, step: Step) {
  const begun = { at: performance.now(), server: treeCpu(pid).treeMs, client: process.cpuUsage() };
  let messages = 0;
  await Promise.all(
    Array.from({ length: load.atOnce }, async () => {
      while (performance.now() - begun.at < load.longestMs) {
        const count = await step();
        if (count === undefined) return;
        messages += count;
      }
    }),
  );
  const { user, system } = process.cpuUsage(begun.client);
  return {
    messages,
    ms: performance.now() - begun.at,
    serverMs: treeCpu(pid).treeMs - begun.server,
    clientMs: (user + system) / 1000,
  };
}
