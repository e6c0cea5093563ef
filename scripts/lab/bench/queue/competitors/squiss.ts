// squiss-ts 5 as in its README: JSON bodies, maxInFlight messages at once, `del()` when done (batched by the library).
// receiveBatchSize, deleteBatchSize and deleteWaitMs at their defaults.
import { type Message, Squiss } from "squiss-ts";
import type { ConsumerSetup } from "../consumer.ts";
import type { BenchJob } from "../workload.ts";

/** Starts one poller. */
export function start({ queueUrl, slots, run }: ConsumerSetup): void {
  const squiss = new Squiss({
    awsConfig: { useQueueUrlAsEndpoint: false },
    queueUrl,
    bodyFormat: "json",
    maxInFlight: slots,
  });
  squiss.on("message", async (message: Message) => {
    const { payload } = message.body as { payload: BenchJob };
    await run(payload);
    await message.del();
  });
  squiss.on("error", (error: Error) => console.error(error.message));
  void squiss.start();
}
