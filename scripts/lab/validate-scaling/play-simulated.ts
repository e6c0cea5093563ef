// Plays the same trace in the simulator, with the boot time and the length of runs that the real fleet had.
import { simulate } from "../../simulate/model/simulation.ts";
import type { Trace } from "../../simulate/model/trace.ts";
import { oursWith } from "../../simulate/policies/ours.ts";
import type { Played } from "./play-real.ts";

/** The local fleet grows as soon as its trigger has counted; there is no alarm. */
const cadence = { countSeconds: 60, growSeconds: 0 };

/** Moments of the first arrival between two counts, in seconds; the real one is somewhere between. */
const phases = [0, 10, 20, 30, 40, 50];

/** The means over all moments at which the first job may have come between two counts. */
export function playSimulated(
  trace: Trace,
  { bootSeconds, runSeconds }: Pick<Played, "bootSeconds" | "runSeconds">,
): Played {
  const configured = { bootSeconds: trace.measures.bootSeconds };
  const measures = { ...trace.measures, bootSeconds };
  const outcomes = phases.map((phase) => {
    const jobs = trace.jobs.map((job) => ({ ...job, arrival: job.arrival + phase, seconds: runSeconds }));
    const outcome = simulate({ ...trace, measures, jobs }, oursWith(configured, cadence));
    const end = outcome.samples.findLast(({ backlog }) => backlog > 0)?.at ?? 0;
    return { ...outcome, drainSeconds: end - phase };
  });
  const mean = (of: (outcome: (typeof outcomes)[number]) => number) =>
    outcomes.reduce((sum, outcome) => sum + of(outcome), 0) / outcomes.length;
  return {
    drainSeconds: mean((outcome) => outcome.drainSeconds),
    instanceSeconds: mean(({ instanceHours }) => instanceHours * 3600),
    launches: mean(({ launches }) => launches),
    peak: Math.max(...outcomes.map(({ peak }) => peak)),
    bootSeconds,
    runSeconds,
  };
}
