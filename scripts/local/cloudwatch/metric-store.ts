// Metrics as CloudWatch aggregates them: counts, sums and extremes per second and per minute. Knows no protocol.
import type { Clock } from "../clock/clock.ts";

/** Dimension name -> value. */
export type Dimensions = Readonly<Record<string, string>>;

/** Identifies a metric: the same name with other dimensions is another metric. */
export type MetricId = { namespace: string; name: string; dimensions: Dimensions };

/** Several measurements as one; a single value has `count` 1 and is its own minimum and maximum. */
export type Aggregate = { count: number; sum: number; min: number; max: number };

/** The aggregate of one period; `unit` as reported, else `None`. */
export type Datapoint = Aggregate & { startMs: number; unit: string };

export type MetricStore = {
  add: (metric: MetricId & { unit?: string | undefined; atMs?: number | undefined } & Aggregate) => void;
  /** Aggregates per period from `startMs` (inclusive) to `endMs` (exclusive), oldest first. Periods without data are left out. */
  datapoints: (
    metric: MetricId & { unit?: string | undefined; startMs: number; endMs: number; periodSeconds: number },
  ) => Datapoint[];
  /** All metrics with data. */
  list: () => MetricId[];
};

type Series = {
  id: MetricId;
  unit: string;
  seconds: Map<number, Aggregate>;
  minutes: Map<number, Aggregate>;
};

const second = 1_000;
const minute = 60_000;
/** CloudWatch user guide, "Metrics retention": below a minute 3 hours, a minute 15 days. */
const keepSecondsMs = 3 * 60 * minute;
const keepMinutesMs = 15 * 24 * 60 * minute;

/** The identity of a metric as text. The order of its dimensions does not matter. */
function keyOf({ namespace, name, dimensions }: MetricId): string {
  return JSON.stringify([namespace, name, Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** Merges two aggregates. */
export function merged(a: Aggregate | undefined, b: Aggregate): Aggregate {
  if (a === undefined) return { count: b.count, sum: b.sum, min: b.min, max: b.max };
  const [min, max] = [Math.min(a.min, b.min), Math.max(a.max, b.max)];
  return { count: a.count + b.count, sum: a.sum + b.sum, min, max };
}

/** Aggregates values. */
export function aggregateOf(values: readonly number[]): Aggregate {
  const [first = 0, ...rest] = values;
  const start: Aggregate = { count: 1, sum: first, min: first, max: first };
  return rest.reduce((all, value) => merged(all, { count: 1, sum: value, min: value, max: value }), start);
}

function addTo(buckets: Map<number, Aggregate>, startMs: number, added: Aggregate, oldestMs: number): void {
  buckets.set(startMs, merged(buckets.get(startMs), added));
  for (const start of buckets.keys()) {
    if (start >= oldestMs) break;
    buckets.delete(start);
  }
}

function periods(buckets: ReadonlyMap<number, Aggregate>, startMs: number, endMs: number, periodMs: number) {
  const found = new Map<number, Aggregate>();
  for (const [at, aggregate] of buckets) {
    if (at < startMs || at >= endMs) continue;
    const start = Math.floor(at / periodMs) * periodMs;
    found.set(start, merged(found.get(start), aggregate));
  }
  return found;
}

/** Creates a store in memory. */
export function createMetricStore(clock: Clock): MetricStore {
  const all = new Map<string, Map<string, Series>>();
  const seriesOf = (id: MetricId, unit: string): Series => {
    const key = keyOf(id);
    const units = all.get(key) ?? new Map<string, Series>();
    const { namespace, name, dimensions } = id;
    const fresh = { id: { namespace, name, dimensions }, unit, seconds: new Map(), minutes: new Map() };
    const series = units.get(unit) ?? fresh;
    units.set(unit, series);
    all.set(key, units);
    return series;
  };
  return {
    add: ({ unit = "None", atMs = clock.now(), ...metric }) => {
      const series = seriesOf(metric, unit);
      const now = clock.now();
      addTo(series.seconds, Math.floor(atMs / second) * second, metric, now - keepSecondsMs);
      addTo(series.minutes, Math.floor(atMs / minute) * minute, metric, now - keepMinutesMs);
    },
    datapoints: ({ unit, startMs, endMs, periodSeconds, ...id }) => {
      const ofUnit = [...(all.get(keyOf(id))?.values() ?? [])].filter(
        (series) => unit === undefined || series.unit === unit,
      );
      const points = ofUnit.flatMap((series) => {
        const buckets = periodSeconds < 60 ? series.seconds : series.minutes;
        const found = periods(buckets, startMs, endMs, periodSeconds * second);
        return [...found].map(([start, aggregate]) => ({
          startMs: start,
          unit: series.unit,
          ...aggregate,
        }));
      });
      return points.sort((a, b) => a.startMs - b.startMs);
    },
    list: () => [...all.values()].flatMap((units) => [...units.values()].slice(0, 1).map(({ id }) => id)),
  };
}
