// The bound: plans that know every arrival in advance. They still pay for boot time and whole instances, and jobs still wait
// for their group. The cheapest plan whose waits are no longer than a given one is the price of not knowing the future.
import type { Outcome } from "../model/record.ts";
import { simulate } from "../model/simulation.ts";
import { meanSeconds, type Trace } from "../model/trace.ts";
import type { SimulatedPolicy } from "./policy.ts";

const binSeconds = 10;
/** How far a plan looks ahead when it spreads work evenly, in bins. */
const lookAhead = 60;
/** Waits that plans allow, as shares of the wait to match. */
const waitShares = [1, 0.75, 0.5, 0.25, 0];

/** How much of an instance a plan may be short of before it takes one more. */
const shortfalls = [0, 0.25, 0.5];

/** Instances by bin, their cost in instance-bins, and the 95th percentile of waits were work a fluid. */
type Plan = { bins: Uint16Array; cost: number; p95: number };

/**
 * The cheapest of the plans whose 95th percentile of waits is at most `p95`; where none is, the one with the shortest.
 * Plans are tried by their cost, so that few are played.
 */
export function clairvoyant(trace: Trace, p95: number): Outcome {
  const { max } = trace.measures;
  const caps = [...new Set([1, 2, 3, Math.ceil(max / 2), max])].filter((cap) => cap <= max);
  const work = cumulativeWork(trace);
  const all = waitShares.flatMap((share) =>
    caps.flatMap((cap) =>
      shortfalls.map((shortfall) => plan(trace, work, { wait: share * p95, cap, shortfall })),
    ),
  );
  const hopeful = all.filter((one) => one.p95 <= p95 + 3 * binSeconds);
  const plans = (hopeful.length > 0 ? hopeful : all).sort((a, b) => a.cost - b.cost);
  let shortest: Outcome | undefined;
  let lastBins = "";
  for (const { bins } of plans) {
    const text = bins.join();
    if (text === lastBins) continue;
    lastBins = text;
    const outcome = simulate(trace, follow(bins));
    if (outcome.waits.p95 <= p95 && outcome.unfinished === 0) return outcome;
    if (shortest === undefined || outcome.waits.p95 < shortest.waits.p95) shortest = outcome;
  }
  return shortest ?? simulate(trace, follow(new Uint16Array(1)));
}

/** Wants at every moment what is planned until an instance launched now has booted. */
function follow(bins: Uint16Array): SimulatedPolicy {
  return {
    name: "clairvoyant",
    source: "knows the future; pays boot time",
    everySeconds: binSeconds,
    lagSeconds: 0,
    start: ({ measures: { bootSeconds } }) => {
      const ahead = Math.ceil(bootSeconds / binSeconds);
      return ({ waiting, inFlight }, { now }) => {
        const bin = Math.floor(now / binSeconds);
        const planned = Math.max(0, ...bins.subarray(bin, bin + ahead + 1));
        // What the fluid plan missed by rounding is still done.
        return { wanted: Math.max(planned, waiting + inFlight > 0 ? 1 : 0), reason: "planned" };
      };
    },
  };
}

/** The fewest instances that start all work within `wait` seconds of its arrival, as a fluid, cut to `cap`. */
function plan(
  trace: Trace,
  arrived: Float64Array,
  { wait, cap, shortfall }: { wait: number; cap: number; shortfall: number },
): Plan {
  const { slotsPerInstance, bootSeconds } = trace.measures;
  const count = arrived.length;
  const perBin = slotsPerInstance * binSeconds;
  // Work is due when its wait is over, and then takes the length of a job.
  const slack = Math.max(1, Math.round((wait + meanSeconds(trace)) / binSeconds));
  const due = (bin: number) => arrived[Math.min(count, bin + 1) - slack] ?? 0;
  const bins = new Uint16Array(count);
  const done = new Float64Array(count);
  let served = 0;
  for (let bin = 0; bin < count; bin++) {
    let need = 0;
    for (let later = 1; later <= lookAhead; later++)
      need = Math.max(need, (due(bin + later - 1) - served) / (later * perBin));
    bins[bin] = Math.min(cap, Math.ceil(need - shortfall - 1e-9));
    served = Math.min(arrived[bin] ?? served, served + (bins[bin] ?? 0) * perBin);
    done[bin] = served;
  }
  const p95 = fluidP95(arrived, done);
  fillShortGaps(bins, cap, Math.ceil(bootSeconds / binSeconds));
  return { bins, cost: costOf(bins, bootSeconds / binSeconds), p95 };
}

/** Slot-seconds of all jobs that have arrived by the end of each bin. */
function cumulativeWork({ jobs, horizonSeconds }: Trace): Float64Array {
  const count = Math.ceil(horizonSeconds / binSeconds) + 1;
  const work = new Float64Array(count);
  for (const { arrival, seconds, failures = 1 } of jobs) {
    const bin = Math.min(count - 1, Math.floor(arrival / binSeconds));
    work[bin] = (work[bin] ?? 0) + seconds * Math.max(1, failures);
  }
  for (let bin = 1; bin < count; bin++) work[bin] = (work[bin] ?? 0) + (work[bin - 1] ?? 0);
  return work;
}

/** The 95th percentile of the time from the arrival of work until as much has been done. */
function fluidP95(arrived: Float64Array, done: Float64Array): number {
  const total = arrived.at(-1) ?? 0;
  const waits: { wait: number; work: number }[] = [];
  let bin = 0;
  for (let from = 0; from < arrived.length; from++) {
    const work = (arrived[from] ?? 0) - (arrived[from - 1] ?? 0);
    if (work === 0) continue;
    while (bin < done.length && (done[bin] ?? 0) < (arrived[from] ?? 0) - 1e-6) bin += 1;
    waits.push({ wait: Math.max(0, bin - from) * binSeconds, work });
  }
  waits.sort((a, b) => b.wait - a.wait);
  let longer = 0;
  for (const { wait, work } of waits) {
    longer += work;
    if (longer > 0.05 * total) return wait;
  }
  return 0;
}

/** To keep an instance over a gap shorter than its boot costs less than to launch another. */
function fillShortGaps(bins: Uint16Array, cap: number, gap: number): void {
  for (let level = 1; level <= cap; level++) {
    let last: number | undefined;
    for (let bin = 0; bin < bins.length; bin++) {
      if ((bins[bin] ?? 0) < level) continue;
      if (last !== undefined && bin - last - 1 <= gap) {
        for (let between = last + 1; between < bin; between++)
          bins[between] = Math.max(bins[between] ?? 0, level);
      }
      last = bin;
    }
  }
}

/** Instance-bins, launches included. */
function costOf(bins: Uint16Array, bootBins: number): number {
  return bins.reduce(
    (sum, count, bin) => sum + count + bootBins * Math.max(0, count - (bins[bin - 1] ?? 0)),
    0,
  );
}
