// Replaces CloudWatch alarms and step scaling: reads the fleet's signals every second and asks the scaling policy.
import type { Logger } from "pino";
import {
  decideCapacity,
  type ScalingPolicy,
  type ScalingReason,
  type ScalingSignals,
} from "../../../infra/scaling-policy.ts";

export type ScalerOptions = {
  policy: ScalingPolicy;
  /** Counts over all queues and workers. */
  read: () => Promise<Pick<ScalingSignals, "visible" | "inFlight" | "busySlots" | "idleSlots">>;
  desired: () => number;
  setDesired: (count: number, reason: ScalingReason) => Promise<void>;
  /** Milliseconds between decisions. */
  everyMs: number;
  /** Milliseconds after a change in which the fleet does not grow again, so that new workers can report their slots. */
  warmUpMs: number;
  /** Monotonic milliseconds. */
  now: () => number;
  log: Logger;
};

/** Scales until `signal` aborts. */
export async function keepScaling(options: ScalerOptions, signal: AbortSignal): Promise<void> {
  let emptySince: number | undefined;
  let changedAt = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    try {
      const counts = await options.read();
      const now = options.now();
      emptySince = counts.visible + counts.inFlight > 0 ? undefined : (emptySince ?? now);
      const current = options.desired();
      const decision = decideCapacity(options.policy, {
        ...counts,
        desired: current,
        emptySeconds: emptySince === undefined ? 0 : (now - emptySince) / 1000,
      });
      const grows = decision.desired > current && current > 0;
      if (decision.desired !== current && !(grows && now - changedAt < options.warmUpMs)) {
        changedAt = now;
        options.log.info({ from: current, to: decision.desired, reason: decision.reason }, "scaling");
        await options.setDesired(decision.desired, decision.reason);
      }
    } catch (error) {
      if (!signal.aborted) options.log.warn({ err: error }, "cannot read the scaling signals");
    }
    await pause(options.everyMs, signal);
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
