// Actions on the fleet's instances: one worker drains, or the fleet has another size for a time.
import { counted } from "../../cli/format.ts";
import { interruptInstance } from "../../queues/interrupt/interrupt.ts";
import { askForSize, takeBackSize } from "../../queues/scale/ask-for-size.ts";
import type { Fields } from "./fields.ts";
import { ActionRefused, type Done, type Operator } from "./operator.ts";

/** Lets a worker's instance drain and be replaced. */
export async function interrupt({ autoScaling }: Operator, { instance }: Fields<"interrupt">): Promise<Done> {
  if (autoScaling === undefined)
    throw new ActionRefused("instance: Auto Scaling cannot be asked at this endpoint");
  return { text: await interruptInstance(autoScaling, instance), facts: {} };
}

/** Asks for a size for a time. */
export async function scale(operator: Operator, { instances, minutes }: Fields<"scale">): Promise<Done> {
  const { until } = await askForSize(operator, { instances, minutes, by: operator.by, now: operator.now() });
  const end = new Date(until * 1000).toISOString();
  return {
    text: `${counted(instances, "instance")} asked for, within the fleet's bounds, until ${end}; then the policy decides again.`,
    facts: { until: end },
  };
}

/** Takes a size back that was asked for. */
export async function scaleBack(operator: Operator): Promise<Done> {
  await takeBackSize(operator);
  return { text: "The policy decides on the fleet's size again.", facts: {} };
}
