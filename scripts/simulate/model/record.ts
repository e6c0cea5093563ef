// What a simulation remembers of a run, and the figures made of it.
import type { SimulatedPolicy } from "../policies/policy.ts";
import type { Instance } from "./instances.ts";
import type { Trace } from "./trace.ts";

/** Waits of one kind's jobs until their first run started, in seconds. */
export type Waits = { p50: number; p95: number; max: number };

/** The fleet at one moment, for plots. `backlog` counts every job that has arrived and not ended. */
export type Sample = { at: number; backlog: number; inService: number; wanted: number };

/** A change of the desired capacity. */
export type Change = { at: number; from: number; to: number; reason: string };

/** A trace played to a policy. */
export type Outcome = {
  name: string;
  instanceHours: number;
  /** US dollars. */
  cost: number;
  waits: Waits;
  waitsByKind: Readonly<Record<string, Waits>>;
  launches: number;
  /** Jobs that a drain returned because they did not fit into it. */
  interrupted: number;
  /** Instances that the market took back. */
  reclaimed: number;
  /** Instance-minutes that were paid and ran nothing: booting, idle slots, runs that were returned. */
  wastedMinutes: number;
  /** The most instances at once. */
  peak: number;
  /** Jobs that had not ended when the run was given up. */
  unfinished: number;
  samples: readonly Sample[];
  changes: readonly Change[];
};

/** Collects while a simulation runs. */
export class RunRecord {
  interrupted = 0;
  reclaimed = 0;
  readonly #waits = new Map<string, number[]>();
  readonly #runs = new Map<string, { runs: number; seconds: number }>();
  readonly #samples: Sample[] = [];
  readonly #changes: Change[] = [];

  waited(kind: string, seconds: number): void {
    const waits = this.#waits.get(kind) ?? [];
    this.#waits.set(kind, waits);
    waits.push(seconds);
  }

  ran(kind: string, seconds: number): void {
    const runs = this.#runs.get(kind) ?? { runs: 0, seconds: 0 };
    this.#runs.set(kind, runs);
    runs.runs += 1;
    runs.seconds += seconds;
  }

  secondsByKind(): Readonly<{ [kind: string]: number }> {
    return Object.fromEntries([...this.#runs].map(([kind, { runs, seconds }]) => [kind, seconds / runs]));
  }

  decided(at: number, from: number, to: number, reason: string): void {
    this.#changes.push({ at, from, to, reason });
  }

  sample(at: number, backlog: number, inService: number, wanted: number): void {
    this.#samples.push({ at, backlog, inService, wanted });
  }

  outcome(
    { name }: SimulatedPolicy,
    instances: readonly Instance[],
    end: number,
    { measures, jobs }: Trace,
    unfinished: number,
  ): Outcome {
    const life = (instance: Instance) => (instance.endedAt ?? end) - instance.launchedAt;
    const seconds = instances.reduce((sum, instance) => sum + life(instance), 0);
    const work = jobs.reduce((sum, job) => sum + job.seconds * Math.max(1, job.failures ?? 0), 0);
    return {
      name,
      instanceHours: seconds / 3600,
      cost: instances.reduce((sum, instance) => sum + (life(instance) / 3600) * instance.pool.price, 0),
      waits: waitsOf([...this.#waits.values()].flat()),
      waitsByKind: Object.fromEntries([...this.#waits].map(([kind, waits]) => [kind, waitsOf(waits)])),
      launches: instances.length,
      interrupted: this.interrupted,
      reclaimed: this.reclaimed,
      wastedMinutes: Math.max(0, seconds - work / measures.slotsPerInstance) / 60,
      peak: peakOf(instances, end),
      unfinished,
      samples: this.#samples,
      changes: this.#changes,
    };
  }
}

/** Percentiles by nearest rank. */
export function waitsOf(waits: readonly number[]): Waits {
  const sorted = Float64Array.from(waits).sort();
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { p50: at(0.5), p95: at(0.95), max: at(1) };
}

function peakOf(instances: readonly Instance[], end: number): number {
  const steps = instances
    .flatMap(({ launchedAt, endedAt }) => [
      { at: launchedAt, by: 1 },
      { at: endedAt ?? end, by: -1 },
    ])
    .sort((a, b) => a.at - b.at || a.by - b.by);
  let count = 0;
  return steps.reduce((most, { by }) => {
    count += by;
    return Math.max(most, count);
  }, 0);
}
