// A real worker process that measures how long its event loop, and so its heartbeats, were blocked. It answers a message
// with the figures since the last message.
import { monitorEventLoopDelay } from "node:perf_hooks";

const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
process.on("message", () => {
  process.send?.({ maxMs: delay.max / 1e6, p99Ms: delay.percentile(99) / 1e6 });
  delay.reset();
});
process.on("disconnect", () => process.exit(1));
process.channel?.unref();
await import("../../../worker/main.ts");
