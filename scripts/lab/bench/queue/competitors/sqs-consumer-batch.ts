// sqs-consumer 15 as its README recommends for FIFO: handleMessageBatch, which here keeps the order of every group while
// groups run in parallel. Messages are deleted in one batch. One consumer per ten slots, all on one client.
import { SQSClient } from "@aws-sdk/client-sqs";
import { Consumer } from "sqs-consumer";
import type { ConsumerSetup } from "../consumer.ts";
import { inOrder } from "./in-order.ts";

/** Starts `slots / 10` consumers. */
export function start({ queueUrl, slots, runBody }: ConsumerSetup): void {
  const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
  for (let poller = 0; poller < slots / 10; poller += 1) {
    const app = Consumer.create({
      queueUrl,
      batchSize: 10,
      suppressFifoWarning: true,
      messageSystemAttributeNames: ["MessageGroupId"],
      sqs,
      handleMessageBatch: async (messages) => {
        await inOrder(messages, (message) => runBody(message.Body ?? ""));
        return messages;
      },
    });
    app.on("error", (error) => console.error(error.message));
    app.start();
  }
}
