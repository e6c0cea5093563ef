// The fleet's last half hour, from CloudWatch: the same calls on AWS and on a laptop. One call for everything, and none for a page that
// is hidden.
import { type CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { scalingReasons } from "../../../infra/scaling/policy.ts";
import { type CapacityChange, readChanges } from "../../../triggers/metrics-due/scaling-row.ts";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import { metricOfOutcome, type percentiles, queriesOf } from "./history-queries.ts";

/** Values at the times of the history; null where there is none. */
export type Series = readonly (number | null)[];

/** Seconds that half of the runs, and nineteen of twenty, stayed below in this half hour of the clock or in the one before, whichever is more; null where none ran. */
export type Percentiles = Readonly<Record<(typeof percentiles)[number], number | null>>;

/** The history of one kind. */
export type KindHistory = Readonly<
  Record<"waiting" | "in flight" | "oldest" | "dead" | "completed", Series>
> & {
  wait: Percentiles;
  run: Percentiles;
};

/** What the charts show. */
export type History = {
  /** Starts of the periods, epoch seconds, oldest first. */
  times: readonly number[];
  periodSeconds: number;
  /** Messages over all kinds. */
  backlog: Readonly<Record<"waiting" | "in flight" | "dead", Series>>;
  /** Instances. */
  capacity: Readonly<Record<"wanted" | "asked for" | "in service", Series>>;
  /** Ends of runs in a period, over all kinds. */
  outcomes: Readonly<Record<keyof typeof metricOfOutcome, Series>>;
  /** Seconds: means over all kinds, and what 95 of 100 runs of the slowest kind stayed below. */
  durations: Readonly<Record<"wait, mean" | "wait, p95" | "run, mean" | "run, p95", Series>>;
  kinds: Readonly<Record<string, KindHistory>>;
  /** Changes of the wanted size in this time, with their reasons, also in words. */
  changes: readonly (CapacityChange & { why: string })[];
};

export const outcomeSeries = Object.keys(metricOfOutcome) as (keyof typeof metricOfOutcome)[];

export type HistorySource = {
  cloudWatch: CloudWatchClient;
  db: DynamoDBDocumentClient;
  names: ResourceNames;
  kinds: readonly string[];
  /** 60 on AWS; a laptop has finer metrics. */
  periodSeconds: number;
  /** Epoch milliseconds. */
  now: () => number;
};

/** How long the history is, seconds. */
const lengthSeconds = 30 * 60;

/** Reads it. */
export async function readHistory(source: HistorySource): Promise<History> {
  const { db, names, periodSeconds, now } = source;
  const end = Math.ceil(now() / 1000 / periodSeconds) * periodSeconds;
  const start = end - lengthSeconds;
  const place = { table: names.tables.scaling, fleet: names.fleet };
  const [found, changes] = await Promise.all([readMetrics(source, { start, end }), readChanges(db, place)]);
  const times = Array.from(
    { length: lengthSeconds / periodSeconds },
    (_, index) => start + index * periodSeconds,
  );
  const series = (name: string): Series => times.map((time) => found.get(name)?.get(time) ?? null);
  // Periods of half an hour begin at the full and at the half: the last half hour lies in one or two of them.
  const largest = (name: string) => {
    const values = [...(found.get(name)?.values() ?? [])];
    return values.length === 0 ? null : Math.max(...values);
  };
  return {
    ...{ times, periodSeconds },
    changes: changes
      .filter(({ at }) => at >= start)
      .map((change) => ({ ...change, why: scalingReasons[change.reason] })),
    ...overKinds(source.kinds, series),
    backlog: { waiting: series("Visible"), "in flight": series("InFlight"), dead: series("Dead") },
    capacity: {
      wanted: series("Wanted"),
      "asked for": series("GroupDesiredCapacity"),
      "in service": series("GroupInServiceInstances"),
    },
    kinds: Object.fromEntries(source.kinds.map((kind) => [kind, ofKind(kind, series, largest)])),
  };
}

/** Values by the name of the metric and the start of their period, epoch seconds. */
type Found = ReadonlyMap<string, ReadonlyMap<number, number>>;

async function readMetrics(
  { cloudWatch, names, kinds, periodSeconds }: HistorySource,
  { start, end }: { start: number; end: number },
): Promise<Found> {
  const asked = queriesOf({ fleet: names.fleet, kinds, periodSeconds, lengthSeconds });
  const { MetricDataResults = [] } = await cloudWatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(start * 1000),
      EndTime: new Date(end * 1000),
      ScanBy: "TimestampAscending",
      MetricDataQueries: asked.map(({ query }) => query),
    }),
  );
  const nameOf = new Map(asked.map(({ name, query }) => [query.Id, name]));
  return new Map(
    MetricDataResults.map(({ Id = "", Timestamps = [], Values = [] }) => [
      nameOf.get(Id) ?? Id,
      new Map(Timestamps.map((time, place) => [time.getTime() / 1000, Values[place] ?? 0])),
    ]),
  );
}

type ReadSeries = (name: string) => Series;

function ofKind(kind: string, series: ReadSeries, largest: (name: string) => number | null): KindHistory {
  const spread = (metric: string): Percentiles => {
    const of = (stat: string) => inSeconds(largest(`${kind} ${metric} ${stat} of all`));
    return { p50: of("p50"), p95: of("p95") };
  };
  return {
    waiting: series(`${kind} waiting`),
    "in flight": series(`${kind} in flight`),
    oldest: series(`${kind} oldest`),
    dead: series(`${kind} dead`),
    completed: series(`${kind} Completed`).map((value) => value ?? 0),
    wait: spread("Wait"),
    run: spread("Run"),
  };
}

function overKinds(kinds: readonly string[], series: ReadSeries): Pick<History, "outcomes" | "durations"> {
  const over = (metric: string, join: Join) =>
    joined(
      kinds.map((kind) => series(`${kind} ${metric}`)),
      join,
    );
  const mean = (metric: string): Series => {
    const counts = over(`${metric} SampleCount`, sum);
    return over(`${metric} Sum`, sum).map((total, index) =>
      total === null || !counts[index] ? null : inSeconds(total / (counts[index] ?? 1)),
    );
  };
  return {
    outcomes: Object.fromEntries(
      outcomeSeries.map((name) => [name, over(metricOfOutcome[name], sum)]),
    ) as History["outcomes"],
    durations: {
      "wait, mean": mean("Wait"),
      "wait, p95": over("Wait p95", longest).map(inSeconds),
      "run, mean": mean("Run"),
      "run, p95": over("Run p95", longest).map(inSeconds),
    },
  };
}

type Join = (values: readonly number[]) => number;
const sum: Join = (values) => values.reduce((total, value) => total + value, 0);
const longest: Join = (values) => Math.max(...values);
const inSeconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

/** Joins series time by time; null where none has a value. */
function joined(all: readonly Series[], join: Join): Series {
  return (all[0] ?? []).map((_, index) => {
    const values = all.map((series) => series[index] ?? null).filter((value) => value !== null);
    return values.length === 0 ? null : join(values);
  });
}
