// KEDA's SQS scaler with its defaults, on the defaults of Kubernetes' horizontal autoscaler. A pod stands for an instance.
import type { SimulatedPolicy } from "./policy.ts";

/** `queueLength`: messages a pod is expected to handle. */
const queueLength = 5;
/** `cooldownPeriod`: from one to none. */
const cooldownSeconds = 300;
/** Kubernetes' defaults: no action within a tenth of the target; downwards the highest wish of five minutes. */
const tolerance = 0.1;
const stabilizationSeconds = 300;

/** The pods for a number of messages, those in flight included (`scaleOnInFlight`). */
export function podsFor(messages: number, perPod = queueLength): number {
  return Math.ceil(messages / perPod);
}

export const keda: SimulatedPolicy = {
  name: "keda",
  source: "KEDA documentation, AWS SQS Queue and ScaledObject specification",
  everySeconds: 30,
  lagSeconds: 0,
  start: () => {
    let activeAt = Number.NEGATIVE_INFINITY;
    let wishes: { at: number; pods: number }[] = [];
    return ({ waiting, inFlight }, { desired, now }) => {
      const messages = waiting + inFlight;
      if (messages > 0) activeAt = now;
      if (desired === 0)
        return { wanted: messages > 0 ? 1 : 0, reason: messages > 0 ? "activated" : "inactive" };
      if (messages === 0 && now - activeAt >= cooldownSeconds) return { wanted: 0, reason: "cooled down" };
      const near = Math.abs(messages / desired / queueLength - 1) <= tolerance;
      const pods = Math.max(1, near ? desired : podsFor(messages));
      wishes = [...wishes, { at: now, pods }].filter(({ at }) => now - at < stabilizationSeconds);
      // Upwards: double or four more in 15 s, whichever is more; two such periods pass between looks.
      const fastest = Math.max(4 * desired, desired + 8);
      if (pods > desired) return { wanted: Math.min(pods, fastest), reason: "more messages" };
      return {
        wanted: Math.min(desired, Math.max(...wishes.map((wish) => wish.pods))),
        reason: "fewer messages",
      };
    };
  },
};
