// Preloaded into child processes of the local cloud: when the parent is gone, however it went, so is the child. On the
// same channel a child tells its measurements when it is asked for them.
import { measureThisProcess } from "./measure.ts";

process.on("disconnect", () => process.exit(1));
process.on("message", (message: unknown) => {
  if (typeof message !== "object" || message === null || !("measure" in message)) return;
  process.send?.({ measured: message.measure, measurement: measureThisProcess() });
});
process.channel?.unref();
