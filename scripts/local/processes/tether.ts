// Preloaded into child processes of the local cloud: a child ends when its parent ends, even when the parent is killed.
// On the same channel a child answers requests for its measurements.
import { measureThisProcess } from "./measure.ts";

process.on("disconnect", () => process.exit(1));
process.on("message", (message: unknown) => {
  if (typeof message !== "object" || message === null || !("measure" in message)) return;
  process.send?.({ measured: message.measure, measurement: measureThisProcess() });
});
process.channel?.unref();
