// What a simulation takes: jobs with their arrival, the fleet's measures, and what the spot market does.

/** One job as it will happen. Seconds are counted from the trace's beginning. */
export type SimulatedJob = {
  arrival: number;
  kind: string;
  group: string;
  /** How long one run takes. */
  seconds: number;
  /** Runs that fail before the job ends; 0 where absent. A poison job fails until its failures are used up. */
  failures?: number;
};

/** Instances of one type in one zone: they are priced, reclaimed and out of capacity together. */
export type Pool = {
  name: string;
  /** US dollars an instance and hour. */
  price: number;
};

/** The market takes back the first `count` instances of a pool, with a notice of two minutes. */
export type Reclaim = { at: number; pool: string; count: number };

/** No instance of the pool can be launched meanwhile. */
export type NoCapacity = { pool: string; from: number; to: number };

/** The measures of the fleet that a trace is played to. */
export type FleetMeasures = {
  slotsPerInstance: number;
  bootSeconds: number;
  min: number;
  max: number;
  /** How long a job may wait, in seconds. */
  targetWaitSeconds: number;
};

/** A trace: everything that happens to a fleet, known in advance only to the clairvoyant. */
export type Trace = {
  name: string;
  /** What it stands for, in one line. */
  about: string;
  measures: FleetMeasures;
  /** By arrival. */
  jobs: readonly SimulatedJob[];
  pools: readonly Pool[];
  reclaims: readonly Reclaim[];
  noCapacity: readonly NoCapacity[];
  /** The fleet is watched and paid for this long, and longer while jobs are left. */
  horizonSeconds: number;
};

/** Measures used unless a trace says otherwise: eight slots an instance, two minutes to boot, at most ten instances. */
export const usualMeasures: FleetMeasures = {
  slotsPerInstance: 8,
  bootSeconds: 120,
  min: 0,
  max: 10,
  targetWaitSeconds: 60,
};

/** Three pools at assumed spot prices, near those of the page on costs. */
export const usualPools: readonly Pool[] = [
  { name: "large-a", price: 0.035 },
  { name: "large-b", price: 0.037 },
  { name: "large-c", price: 0.039 },
];

/** The mean seconds of a trace's jobs; 0 without jobs. */
export function meanSeconds({ jobs }: Pick<Trace, "jobs">): number {
  return jobs.length === 0 ? 0 : jobs.reduce((sum, { seconds }) => sum + seconds, 0) / jobs.length;
}
