// Buildkite's agent scaler: capacity is set to exactly what the jobs need; instances leave by themselves when idle.
import type { SimulatedPolicy } from "./policy.ts";

/** The instances for jobs that wait or run, one job an agent. */
export function instancesFor(scheduled: number, running: number, agentsPerInstance: number): number {
  return Math.ceil((scheduled + running) / agentsPerInstance);
}

export const buildkite: SimulatedPolicy = {
  name: "buildkite",
  source: "buildkite/buildkite-agent-scaler, README.md and scaler/scaling_calculator.go",
  everySeconds: 10,
  lagSeconds: 0,
  // The scaler's own scale-in stays off; ten minutes is the idle period of their Elastic CI Stack.
  leaveAfterIdleSeconds: 600,
  start: ({ measures: { slotsPerInstance } }) => {
    return ({ waiting, inFlight }, { desired }) => {
      const required = instancesFor(waiting, inFlight, slotsPerInstance);
      return { wanted: Math.max(desired, required), reason: required > desired ? "jobs" : "steady" };
    };
  },
};
