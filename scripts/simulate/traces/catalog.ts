// The traces that policies are compared on. Each is data made from a fixed seed.
import { type SimulatedJob, type Trace, usualMeasures, usualPools } from "../model/trace.ts";
import { around, poisson, randomFrom } from "./arrivals.ts";

const minute = 60;
const hour = 60 * minute;

/** After the last arrival the fleet is watched, and paid for, this much longer. */
const after = hour / 2;

type Sketch = Pick<Trace, "name" | "about" | "jobs"> & { hours: number } & Partial<
    Pick<Trace, "reclaims" | "noCapacity">
  >;

const traceOf = ({ hours, jobs, ...sketch }: Sketch): Trace => ({
  measures: usualMeasures,
  pools: usualPools,
  reclaims: [],
  noCapacity: [],
  horizonSeconds: hours * hour + after,
  ...sketch,
  jobs: jobs.toSorted((a, b) => a.arrival - b.arrival),
});

/** Jobs of one kind, every job in a group of its own. */
function apart(kind: string, arrivals: readonly number[], seconds: () => number): SimulatedJob[] {
  return arrivals.map((arrival, index) => ({ arrival, kind, group: `${kind}-${index}`, seconds: seconds() }));
}

const burst = (count: number, at: number) => Array.from({ length: count }, () => at);

function steady(): Trace {
  const random = randomFrom(1);
  const jobs = apart("resize-image", poisson(random, { from: 0, to: 8 * hour, most: 8 }), () => 2);
  return traceOf({ name: "steady", about: "8 jobs of 2 s a second for 8 hours", jobs, hours: 8 });
}

/** A job now and then: what reaching zero and leaving it cost. */
export function trickle(): Trace {
  const random = randomFrom(2);
  const arrivals = poisson(random, { from: 0, to: 8 * hour, most: 1 / (6 * minute) });
  const jobs = apart("parse-mail", arrivals, () => around(random, 5));
  return traceOf({
    name: "trickle",
    about: "a job of about 5 s every 6 minutes for 8 hours",
    jobs,
    hours: 8,
  });
}

function burstFromZero(): Trace {
  const jobs = apart("resize-image", burst(20_000, 30), () => 2);
  return traceOf({ name: "burst", about: "20,000 jobs of 2 s at once, then nothing", jobs, hours: 1 });
}

function burstThenTrickle(): Trace {
  const arrivals = [...burst(20_000, 30), ...poisson(randomFrom(3), { from: 30, to: 8 * hour, most: 1 })];
  const jobs = apart("resize-image", arrivals, () => 2);
  const about = "20,000 jobs of 2 s at once, then one a second for 8 hours";
  return traceOf({ name: "burst-then-trickle", about, jobs, hours: 8 });
}

function daily(): Trace {
  const random = randomFrom(4);
  const rate = (at: number) => 1.5 * (1 - Math.cos((2 * Math.PI * at) / (24 * hour)));
  const arrivals = poisson(random, { from: 0, to: 24 * hour, most: 3, rate });
  const jobs = apart("resize-image", arrivals, () => around(random, 10));
  return traceOf({
    name: "daily",
    about: "a day from nothing at midnight to 3 jobs of 10 s a second at noon",
    jobs,
    hours: 24,
  });
}

function spikes(): Trace {
  const random = randomFrom(5);
  const arrivals = Array.from({ length: 16 }, (_, index) => burst(2000, 30 + index * 30 * minute)).flat();
  const jobs = apart("resize-image", arrivals, () => around(random, 2));
  return traceOf({
    name: "spikes",
    about: "2,000 jobs of about 2 s every half hour for 8 hours",
    jobs,
    hours: 8,
  });
}

function hotGroup(): Trace {
  const arrivals = poisson(randomFrom(6), { from: 0, to: hour, most: 2 });
  const jobs = arrivals.map((arrival) => ({ arrival, kind: "count-words", group: "channel", seconds: 2 }));
  return traceOf({
    name: "hot-group",
    about: "2 jobs of 2 s a second for an hour, all in one group",
    jobs,
    hours: 2,
  });
}

function poison(): Trace {
  const random = randomFrom(7);
  const arrivals = poisson(random, { from: 0, to: 4 * hour, most: 2 });
  const jobs = arrivals.map((arrival, index) => ({
    arrival,
    kind: "parse-mail",
    group: `sender-${Math.floor(random() * 200)}`,
    seconds: around(random, 3),
    ...(index % 50 === 0 && { failures: 5 }),
  }));
  const about = "2 jobs of about 3 s a second for 4 hours in 200 groups, every fiftieth fails five times";
  return traceOf({ name: "poison", about, jobs, hours: 4 });
}

function reclaims(): Trace {
  const random = randomFrom(8);
  const short = apart("resize-image", poisson(random, { from: 0, to: 6 * hour, most: 3 }), () =>
    around(random, 4),
  );
  const long = apart("contact-sheet", poisson(random, { from: 0, to: 6 * hour, most: 0.02 }), () =>
    around(random, 150),
  );
  return traceOf({
    name: "reclaims",
    about:
      "3 short jobs a second and some long ones for 6 hours; a zone is taken back twice and stays closed",
    jobs: [...short, ...long],
    hours: 6,
    reclaims: [
      { at: 2 * hour, pool: "large-a", count: 10 },
      { at: 2 * hour + minute, pool: "large-b", count: 10 },
      { at: 4 * hour, pool: "large-c", count: 10 },
    ],
    noCapacity: [
      { pool: "large-a", from: 2 * hour, to: 3 * hour },
      { pool: "large-b", from: 2 * hour, to: 2 * hour + 10 * minute },
    ],
  });
}

/** Every trace by its name, made when asked for. */
export const traces: Readonly<Record<string, () => Trace>> = {
  steady,
  trickle,
  burst: burstFromZero,
  "burst-then-trickle": burstThenTrickle,
  daily,
  spikes,
  "hot-group": hotGroup,
  poison,
  reclaims,
};
