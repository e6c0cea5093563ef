// Metrics as CloudWatch aggregates them: counts, sums and extremes per second, ten seconds and minute. Knows no protocol.
import type { Clock } from "../clock/clock.ts";
import { mergedSpread, type Spread, spreadOf } from "./spread.ts";

/** Dimension name -> value. */
export type Dimensions = Readonly<Record<string, string>>;

/** Identifies a metric: the same name with other dimensions is another metric. */
export type MetricId = { namespace: string; name: string; dimensions: Dimensions };

/**
 * Several measurements as one; a single value has `count` 1 and is its own minimum and maximum. `spread` is kept of times only, and
 * left out where single values are not known, as in a set of statistics.
 */
export type Aggregate = { count: number; sum: number; min: number; max: number; spread?: Spread };

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

/** A single value is kept as the number it is: nearly every second has no more than one. Equal values need no spread. */
type Stored = number | Aggregate;

/** By the number of the period since the epoch. */
type Buckets = Map<number, Stored>;

/** How finely, and for how long, values are kept. */
type Resolution = { bucketMs: number; keepMs: number };

type Series = { id: MetricId; unit: string; buckets: Map<Resolution, Buckets> };

const second = 1_000;
const minute = 60_000;
/**
 * CloudWatch user guide, "Metrics retention": below a minute 3 hours, a minute 15 days. Here single seconds are kept for five minutes
 * and tens of seconds a little longer than the half hour that the console shows: a laptop's memory would grow for three hours.
 */
const seconds: Resolution = { bucketMs: second, keepMs: 5 * minute };
const tenSeconds: Resolution = { bucketMs: 10 * second, keepMs: 35 * minute };
const minutes: Resolution = { bucketMs: minute, keepMs: 15 * 24 * 60 * minute };
const resolutions = [seconds, tenSeconds, minutes];

/** The coarsest resolution that periods of this length can be made of. */
const resolutionFor = (periodSeconds: number): Resolution =>
  resolutions.findLast(({ bucketMs }) => (periodSeconds * second) % bucketMs === 0) ?? seconds;

/** The identity of a metric as text. The order of its dimensions does not matter. */
function keyOf({ namespace, name, dimensions }: MetricId): string {
  return JSON.stringify([namespace, name, Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** Merges two aggregates. */
export function merged(a: Aggregate | undefined, b: Aggregate): Aggregate {
  const { count, sum, min, max } = b;
  if (a === undefined) return { count, sum, min, max, ...(b.spread && { spread: b.spread }) };
  const wanted = a.spread !== undefined || b.spread !== undefined;
  const spread = wanted ? bothSpreads(spreadIn(a), spreadIn(b)) : undefined;
  return {
    count: a.count + count,
    sum: a.sum + sum,
    min: Math.min(a.min, min),
    max: Math.max(a.max, max),
    ...(spread && { spread }),
  };
}

/** The spread of an aggregate; a value that was measured several times needs none. */
export const spreadIn = ({ count, min, max, spread }: Aggregate): Spread | undefined =>
  spread ?? (min === max ? spreadOf(min, count) : undefined);

/** Two buckets of one value each are a spread together, though neither keeps one. */
function withSpread(aggregate: Aggregate): Aggregate {
  const spread = spreadIn(aggregate);
  return spread === undefined ? aggregate : { ...aggregate, spread };
}

const bothSpreads = (a: Spread | undefined, b: Spread | undefined): Spread | undefined =>
  a === undefined || b === undefined ? undefined : mergedSpread(a, b);

/** One value that was measured `count` times. */
export const aggregateOfValue = (value: number, count = 1): Aggregate => ({
  ...{ count, sum: value * count, min: value, max: value },
  spread: spreadOf(value, count),
});

/** Units of times, of which percentiles are asked. */
const timeUnits = ["Seconds", "Milliseconds", "Microseconds"];

/** Aggregates values. */
export function aggregateOf(values: readonly number[]): Aggregate {
  const [first = 0, ...rest] = values;
  return rest.reduce((all, value) => merged(all, aggregateOfValue(value)), aggregateOfValue(first));
}

function packed(aggregate: Aggregate): Stored {
  const { count, sum, min, max } = aggregate;
  if (count === 1 && min === sum) return sum;
  return min === max ? { count, sum, min, max } : aggregate;
}

const unpacked = (stored: Stored): Aggregate =>
  typeof stored === "number" ? { count: 1, sum: stored, min: stored, max: stored } : stored;

function addTo(buckets: Buckets, number: number, added: Aggregate, oldest: number): void {
  const before = buckets.get(number);
  buckets.set(number, packed(merged(before === undefined ? undefined : unpacked(before), added)));
  for (const one of buckets.keys()) {
    if (one >= oldest) break;
    buckets.delete(one);
  }
}

/** Aggregates of longer periods. `unitMs` is the length of a bucket. */
function periods(
  buckets: ReadonlyMap<number, Stored>,
  unitMs: number,
  { startMs, endMs, periodMs }: { startMs: number; endMs: number; periodMs: number },
) {
  const found = new Map<number, Aggregate>();
  for (const [number, stored] of buckets) {
    const at = number * unitMs;
    if (at < startMs || at >= endMs) continue;
    const start = Math.floor(at / periodMs) * periodMs;
    found.set(start, merged(found.get(start), withSpread(unpacked(stored))));
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
    const buckets = new Map(resolutions.map((resolution): [Resolution, Buckets] => [resolution, new Map()]));
    const fresh: Series = { id: { namespace, name, dimensions }, unit, buckets };
    const series = units.get(unit) ?? fresh;
    units.set(unit, series);
    all.set(key, units);
    return series;
  };
  return {
    add: ({ unit = "None", atMs = clock.now(), ...metric }) => {
      const series = seriesOf(metric, unit);
      const spread = timeUnits.includes(unit) ? spreadIn(metric) : undefined;
      delete metric.spread;
      if (spread !== undefined) metric.spread = spread;
      const now = clock.now();
      for (const [{ bucketMs, keepMs }, buckets] of series.buckets)
        addTo(buckets, Math.floor(atMs / bucketMs), metric, (now - keepMs) / bucketMs);
    },
    datapoints: ({ unit, startMs, endMs, periodSeconds, ...id }) => {
      const ofUnit = [...(all.get(keyOf(id))?.values() ?? [])].filter(
        (series) => unit === undefined || series.unit === unit,
      );
      const points = ofUnit.flatMap((series) => {
        const range = { startMs, endMs, periodMs: periodSeconds * second };
        const resolution = resolutionFor(periodSeconds);
        const found = periods(series.buckets.get(resolution) ?? new Map(), resolution.bucketMs, range);
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
