// The worker's metrics in CloudWatch's Embedded Metric Format: at every flush one JSON line per job kind and one for the
// process. Knows nothing of queues; others report what happened.
import type { OutcomeName } from "../engine/receive/delivery.ts";
import { RunFigures } from "./run-figures.ts";

/** EMF allows 100 values per metric and line (Embedded Metric Format specification). */
const maxValues = 100;

/** The metrics of every kind, with CloudWatch units. */
const kindUnits = {
  Completed: "Count",
  Retried: "Count",
  Rejected: "Count",
  DeadLettered: "Count",
  Returned: "Count",
  /** Runs that the cloud's trouble ended. */
  PutOff: "Count",
  /** Runs that may no longer commit: another worker claimed the job, or the lease ran out. */
  Lost: "Count",
  /** Messages, running or waiting, whose lease ran out or whose extension was refused. */
  LeaseLosses: "Count",
  Replayed: "Count",
  Wait: "Milliseconds",
  Run: "Milliseconds",
} as const;
type KindMetric = keyof typeof kindUnits;

const metricOf: Record<OutcomeName, KindMetric> = {
  completed: "Completed",
  rejected: "Rejected",
  "dead-lettered": "DeadLettered",
  retried: "Retried",
  returned: "Returned",
  "put off": "PutOff",
  lost: "Lost",
};

/** The process's own figures at a flush. */
export type ProcessFigures = {
  busySlots: number;
  idleSlots: number;
  troubles?: readonly unknown[];
  unconfined?: readonly unknown[];
};

/** Collects and prints metrics. */
export class Metrics {
  /** Means and counts of runs, for the worker's row. */
  readonly runs = new RunFigures();
  readonly #values = new Map<string, Map<KindMetric, number[]>>();
  readonly #print: (line: string) => void;
  readonly #fleet: string;
  readonly #version: string | undefined;
  readonly #now: () => number;

  constructor(options: {
    fleet: string;
    /** What the worker runs: a field of every line, not a dimension, which would be a metric of its own for each. */
    version?: string;
    now: () => number;
    print: (line: string) => void;
  }) {
    this.#fleet = options.fleet;
    this.#version = options.version;
    this.#now = options.now;
    this.#print = options.print;
  }

  outcome(kind: string, outcome: OutcomeName): void {
    this.#count(kind, metricOf[outcome]);
  }

  leaseLost(kind: string): void {
    this.#count(kind, "LeaseLosses");
  }

  replayed(kind: string): void {
    this.#count(kind, "Replayed");
  }

  /** Times of one run, milliseconds. */
  run(kind: string, times: { waitMs: number; runMs: number }): void {
    this.#note(kind, "Wait", times.waitMs);
    this.#note(kind, "Run", times.runMs);
    this.runs.add(kind, times.runMs);
  }

  /**
   * Prints what was collected since the last flush, with the current slots, how many services do not answer, and whether decode
   * children are not fully confined.
   */
  flush(now: ProcessFigures): void {
    for (const [kind, metrics] of this.#values) this.#line({ Kind: kind }, metrics, kindUnits);
    this.#values.clear();
    const figures = {
      BusySlots: now.busySlots,
      IdleSlots: now.idleSlots,
      ServicesDown: now.troubles?.length ?? 0,
      SandboxNotConfined: (now.unconfined?.length ?? 0) > 0 ? 1 : 0,
    };
    const values = new Map(Object.entries(figures).map(([name, value]) => [name, [value]]));
    this.#line({}, values, Object.fromEntries(Object.keys(figures).map((name) => [name, "Count"])));
  }

  /** Prints why a worker does not start here: its one figure is all that an alarm can see of it. */
  refused(unconfined: readonly unknown[]): void {
    const values = new Map([["SandboxNotConfined", [unconfined.length > 0 ? 1 : 0]]]);
    this.#line({}, values, { SandboxNotConfined: "Count" });
  }

  #count(kind: string, metric: KindMetric): void {
    const metrics = this.#of(kind);
    metrics.set(metric, [(metrics.get(metric)?.[0] ?? 0) + 1]);
  }

  #note(kind: string, metric: KindMetric, value: number): void {
    const metrics = this.#of(kind);
    const values = metrics.get(metric) ?? [];
    values.push(Math.max(0, Math.round(value * 1000) / 1000));
    metrics.set(metric, values);
    if (values.length >= maxValues) {
      this.#values.delete(kind);
      this.#line({ Kind: kind }, metrics, kindUnits);
    }
  }

  #of(kind: string): Map<KindMetric, number[]> {
    const known = this.#values.get(kind);
    if (known !== undefined) return known;
    const fresh = new Map<KindMetric, number[]>();
    this.#values.set(kind, fresh);
    return fresh;
  }

  #line(
    dimensions: Record<string, string>,
    values: Map<string, number[]>,
    units: Record<string, string>,
  ): void {
    const all = { Fleet: this.#fleet, ...dimensions };
    const directive = (names: readonly string[], of: readonly string[]) => ({
      Namespace: "FifoFleet",
      Dimensions: [of],
      Metrics: names.map((Name) => ({ Name, Unit: units[Name] })),
    });
    const names = [...values.keys()];
    // Also summed over all kinds: an alarm watches at most ten metrics, and there may be more kinds.
    const summed = "Kind" in dimensions ? names.filter((name) => name === "LeaseLosses") : [];
    this.#print(
      JSON.stringify({
        _aws: {
          Timestamp: this.#now(),
          CloudWatchMetrics: [
            directive(names, Object.keys(all)),
            ...(summed.length > 0 ? [directive(summed, ["Fleet"])] : []),
          ],
        },
        ...all,
        ...(this.#version !== undefined && { Version: this.#version }),
        ...Object.fromEntries([...values].map(([name, list]) => [name, list.length === 1 ? list[0] : list])),
      }),
    );
  }
}
