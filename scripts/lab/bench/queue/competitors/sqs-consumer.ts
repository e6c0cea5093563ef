// sqs-consumer 15 as in its README: handleMessage with batchSize 10, everything else at its defaults (long poll of 20 s, one
// delete per message). The handler returns the message, because otherwise nothing is deleted. Slots = 10.
import { SQSClient } from "@aws-sdk/client-sqs";
import { Consumer } from "sqs-consumer";
import type { ConsumerSetup } from "../consumer.ts";

/** Starts one consumer. */
export function start({ queueUrl, slots, runBody }: ConsumerSetup): void {
  const app = Consumer.create({
    queueUrl,
    batchSize: slots,
    suppressFifoWarning: true,
    sqs: new SQSClient({ useQueueUrlAsEndpoint: false }),
    handleMessage: async (message) => {
      await runBody(message.Body ?? "");
      return message;
    },
  });
  app.on("error", (error) => console.error(error.message));
  app.on("processing_error", (error) => console.error(error.message));
  app.start();
}
