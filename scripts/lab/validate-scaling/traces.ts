// The traces that the simulator is held against a real fleet with. Small, so that a laptop plays them: jobs of twenty seconds,
// four instances at most.
import { type SimulatedJob, type Trace, usualMeasures, usualPools } from "../../simulate/model/trace.ts";

/** Seconds of a job. The fleet plays it as a call to SES that takes as long, so that no processor is needed. */
export const jobSeconds = 20;

const at = (arrivals: readonly number[]): SimulatedJob[] =>
  arrivals.map((arrival, index) => ({ arrival, kind: "send-mail", group: `g${index}`, seconds: jobSeconds }));

/** `count` times from a moment, one every `every` seconds. */
const evenly = (from: number, every: number, count: number) =>
  Array.from({ length: count }, (_, index) => from + index * every);

function traceOf(name: string, about: string, arrivals: readonly number[]): Trace {
  const jobs = at(arrivals);
  return {
    ...{ name, about, jobs },
    measures: { ...usualMeasures, max: 4 },
    pools: usualPools.slice(0, 1),
    reclaims: [],
    noCapacity: [],
    // The last instance is kept for five minutes at most.
    horizonSeconds: (jobs.at(-1)?.arrival ?? 0) + 900,
  };
}

const burst = (count: number) => evenly(0, 0, count);

/** By name. */
export const validationTraces: Readonly<Record<string, Trace>> = {
  burst: traceOf("burst", "300 jobs of 20 s at once", burst(300)),
  "burst-then-trickle": traceOf(
    "burst-then-trickle",
    "200 jobs at once, then one every 40 s for 20 minutes",
    [...burst(200), ...evenly(40, 40, 30)],
  ),
  steps: traceOf("steps", "0.8 jobs a second for 10 minutes, then 0.2 a second for 10 minutes", [
    ...evenly(0, 1.25, 480),
    ...evenly(600, 5, 120),
  ]),
};
