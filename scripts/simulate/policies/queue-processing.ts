// The defaults of the CDK's QueueProcessing services: steps on the queue's depth.
import type { SimulatedPolicy } from "./policy.ts";

/** `scalingSteps` of QueueProcessingServiceBase: at none waiting one less, from 100 one more, from 500 five more. */
export function stepFor(waiting: number): number {
  if (waiting <= 0) return -1;
  if (waiting >= 500) return 5;
  return waiting >= 100 ? 1 : 0;
}

/** `cooldown` of the same. */
const cooldownSeconds = 300;

export const queueProcessing: SimulatedPolicy = {
  name: "queue-processing",
  source:
    "aws-cdk-lib/aws-ecs-patterns, QueueProcessingServiceBase; its second rule, on the processor, left out",
  everySeconds: 60,
  lagSeconds: 60,
  start: () => {
    let changedAt = Number.NEGATIVE_INFINITY;
    let added = 0;
    return ({ waiting }, { desired, now }) => {
      // `minScalingCapacity` is 1.
      if (desired < 1) return { wanted: 1, reason: "at least one" };
      const step = stepFor(waiting);
      const cooling = now - changedAt < cooldownSeconds;
      // Within the cooldown a larger scale-out counts only by what it adds to the last one; a scale-in is ignored.
      const change = cooling ? Math.max(0, step - added) : step;
      const wanted = Math.max(1, desired + change);
      if (wanted === desired) return { wanted, reason: "steady" };
      added = Math.max(0, step);
      changedAt = now;
      return { wanted, reason: step > 0 ? "deep" : "empty" };
    };
  },
};
