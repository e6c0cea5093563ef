// A worker process as shipped that tells how long its event loop was held up, and so its heartbeats: asked by a message,
// it answers the figures since it was asked last.
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
