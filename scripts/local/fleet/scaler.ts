// Replaces the schedule and the alarm of the cloud: calls the trigger that counts and decides, and grows the group to the size
// it asks for. The trigger shrinks the group itself, through Auto Scaling's API.
import type { Logger } from "pino";
import type { Counted } from "../../../triggers/metrics-due.ts";

export type ScalerOptions = {
  /** Calls the trigger; undefined when it has nothing new. */
  count: () => Promise<Counted | undefined>;
  setDesired: (count: number, reason: string) => void;
  /** Milliseconds between calls. */
  everyMs: number;
  /** Called before each call of the trigger: the metrics that AWS publishes by itself. */
  publish?: () => void;
  log: Logger;
};

/** Scales until `signal` aborts. */
export async function keepScaling(options: ScalerOptions, signal: AbortSignal): Promise<void> {
  const { count, setDesired, everyMs, publish, log } = options;
  while (!signal.aborted) {
    try {
      publish?.();
      const counted = await count();
      if (signal.aborted) return;
      if (counted !== undefined && counted.decision.gap !== 0) {
        const { desired: from, wanted: to, reason } = counted.decision;
        log.info({ from, to, reason }, "scaling");
        if (counted.GrowTo > 0) setDesired(counted.GrowTo, reason);
      }
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, "the fleet was not counted, so its size stays");
    }
    await pause(everyMs, signal);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done, { once: true });
  });
}
