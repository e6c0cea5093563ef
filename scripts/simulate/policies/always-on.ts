// The largest fleet all the time: what the shortest wait costs.
import type { SimulatedPolicy } from "./policy.ts";

export const alwaysOn: SimulatedPolicy = {
  name: "always-on",
  source: "no rule: the largest fleet all the time",
  everySeconds: 60,
  lagSeconds: 0,
  start:
    ({ measures: { max } }) =>
    () => ({ wanted: max, reason: "always" }),
};
