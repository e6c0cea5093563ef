// No library at all: loops that receive ten messages, handle them in order per group, and delete them in one batch. The
// client has its own defaults (keep-alive, 50 sockets). Ten slots per loop.
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { ConsumerSetup } from "../consumer.ts";
import { inOrder } from "./in-order.ts";

/** Starts `slots / 10` loops. */
export function start(setup: ConsumerSetup): void {
  const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
  for (let loop = 0; loop < setup.slots / 10; loop += 1) void consume(sqs, setup);
}

async function consume(sqs: SQSClient, { queueUrl, runBody }: ConsumerSetup): Promise<never> {
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 20,
        MessageSystemAttributeNames: ["MessageGroupId"],
      }),
    );
    if (Messages.length === 0) continue;
    await inOrder(Messages, ({ Body = "" }) => runBody(Body));
    await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: Messages.map(({ MessageId, ReceiptHandle }) => ({ Id: MessageId, ReceiptHandle })),
      }),
    );
  }
}
