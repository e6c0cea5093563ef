// The local suite: our SQS on a laptop beside other emulators, in sending and in receiving and deleting, ten messages a call.
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from "@aws-sdk/client-sqs";
import { localClients } from "../../../local/cloud/identity.ts";
import { treeCpuMs } from "../../measure/processes.ts";
import { compare, type Figures, reportOf } from "../compare.ts";
import { circumstances, type Suite } from "../suite.ts";
import { type Emulator, emulators } from "./emulators.ts";

const main = "messages a second";

/** Messages of one run, their groups, calls under way at once, and how long a pass may take: then it counts what it has done. */
const load = { messages: 20_000, groups: 1000, atOnce: 4, longestMs: 20_000 };

/** Sends, receives and deletes, and reports messages a second. */
export const suite: Suite = async (options) => {
  const kinds = emulators();
  const running: (Emulator & { name: string })[] = [];
  try {
    for (const [index, { name, start }] of kinds.entries())
      running.push({ name, ...(await start(20_500 + (process.pid % 1000) * 10 + index)) });
    // Of code that has run for some seconds, as that of a system in use has. The start is another suite's.
    for (const emulator of running) await pass(emulator);
    const contest = (name: string, figures: (emulator: Emulator) => Promise<Figures>) => ({
      name,
      contenders: running.map((each) => ({ name: each.name, measure: () => figures(each) })),
    });
    const contests = [
      contest("send", async (emulator) => (await pass(emulator)).send),
      contest("receive and delete", async (emulator) => (await pass(emulator)).take),
    ];
    const rows = await compare({ suite: "local", main, contests }, options);
    const { messages, groups, atOnce } = load;
    const title = `${messages} messages of ${groups} groups, ten a call, ${atOnce} calls at once, ${circumstances({ ...options, latencyMs: 0 })}. A first pass of each server is not counted.`;
    return reportOf(rows, main, title);
  } finally {
    for (const { end } of running) await end();
  }
};

/** Fills a new queue and empties it. */
async function pass({ url, pid }: Emulator): Promise<{ send: Figures; take: Figures }> {
  const { sqs, destroy } = localClients(url);
  try {
    const Attributes = {
      FifoQueue: "true",
      DeduplicationScope: "messageGroup",
      FifoThroughputLimit: "perMessageGroupId",
    };
    const { QueueUrl } = await sqs.send(
      new CreateQueueCommand({ QueueName: `q-${Date.now()}.fifo`, Attributes }),
    );
    let sent = 0;
    const send = await measured(pid, async () => {
      if (sent >= load.messages) return undefined;
      const from = sent;
      sent += 10;
      const Entries = Array.from({ length: 10 }, (_, index) => ({
        Id: String(index),
        MessageBody: `message ${from + index}`,
        MessageGroupId: `group-${(from + index) % load.groups}`,
        MessageDeduplicationId: String(from + index),
      }));
      await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
      return Entries.length;
    });
    let taken = 0;
    const take = await measured(pid, async () => {
      if (taken >= sent) return undefined;
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      );
      taken += Messages.length;
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      if (Entries.length > 0) await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      return Entries.length;
    });
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    return { send, take };
  } finally {
    destroy();
  }
}

/** Repeats a step, which answers how many messages it has done and undefined at the end, several at once. */
async function measured(pid: number, step: () => Promise<number | undefined>): Promise<Figures> {
  const begun = { at: performance.now(), cpu: treeCpuMs(pid), own: process.cpuUsage() };
  let messages = 0;
  await Promise.all(
    Array.from({ length: load.atOnce }, async () => {
      while (performance.now() - begun.at < load.longestMs) {
        const done = await step();
        if (done === undefined) return;
        messages += done;
      }
    }),
  );
  const { user, system } = process.cpuUsage(begun.own);
  return {
    [main]: (messages * 1000) / (performance.now() - begun.at),
    "server's CPU ms each": (treeCpuMs(pid) - begun.cpu) / messages,
    // Where it fills a core, the client is the limit, not the server.
    "client's CPU ms each": (user + system) / 1000 / messages,
  };
}
