// The traces that the simulator is held against a real fleet with. Small, so that a laptop plays them: jobs of forty seconds,
// four instances at most.
import { type SimulatedJob, type Trace, usualMeasures, usualPools } from "../../simulate/model/trace.ts";

/** Seconds of a job. The fleet plays it as a call to SES that takes as long, so that no processor is needed. */
export const jobSeconds = 40;

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
  burst: traceOf("burst", "150 jobs of 40 s at once", burst(150)),
  "burst-then-trickle": traceOf(
    "burst-then-trickle",
    "100 jobs of 40 s at once, then one every minute for 20 minutes",
    [...burst(100), ...evenly(60, 60, 20)],
  ),
  steps: traceOf("steps", "0.4 jobs of 40 s a second for 10 minutes, then 0.1 a second for 10 minutes", [
    ...evenly(0, 2.5, 240),
    ...evenly(600, 10, 60),
  ]),
};
