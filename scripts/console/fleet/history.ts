// The fleet's last half hour, from CloudWatch: the same calls on AWS and on a laptop. One call for everything; on AWS a metric asked
// for costs 0.00001, so a page that is open costs about 0.08 an hour, and a hidden one nothing.
import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
} from "@aws-sdk/client-cloudwatch";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { type CapacityChange, readChanges } from "../../../triggers/metrics-due/scaling-row.ts";
import { deadLetterQueueName, queueName, type ResourceNames } from "../../../worker/fleet/resources.ts";
import { groupNames } from "../../status/capacity.ts";

/** Values at the times of the history; null where there is none. */
export type Series = readonly (number | null)[];

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
  outcomes: Readonly<Record<OutcomeSeries, Series>>;
  /** Seconds over all kinds: means, and the longest. */
  durations: Readonly<Record<"wait, mean" | "wait, longest" | "run, mean" | "run, longest", Series>>;
  /** Waiting messages and completed jobs of each kind. */
  kinds: Readonly<Record<string, { waiting: Series; completed: Series }>>;
  /** Changes of the wanted size in this time, with their reasons. */
  changes: readonly CapacityChange[];
};

export const outcomeSeries = [
  "completed",
  "retried",
  "rejected",
  "dead-lettered",
  "returned",
  "put off",
] as const;
type OutcomeSeries = (typeof outcomeSeries)[number];

const metricOfOutcome: Readonly<Record<OutcomeSeries, string>> = {
  completed: "Completed",
  retried: "Retried",
  rejected: "Rejected",
  "dead-lettered": "DeadLettered",
  returned: "Returned",
  "put off": "PutOff",
};

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
  const { cloudWatch, db, names, kinds, periodSeconds, now } = source;
  const end = Math.ceil(now() / 1000 / periodSeconds) * periodSeconds;
  const start = end - lengthSeconds;
  const asked = queriesOf(source);
  const place = { table: names.tables.scaling, fleet: names.fleet };
  const [{ MetricDataResults = [] }, changes] = await Promise.all([
    cloudWatch.send(
      new GetMetricDataCommand({
        StartTime: new Date(start * 1000),
        EndTime: new Date(end * 1000),
        ScanBy: "TimestampAscending",
        MetricDataQueries: asked.map(({ query }) => query),
      }),
    ),
    readChanges(db, place),
  ]);
  const times = Array.from(
    { length: lengthSeconds / periodSeconds },
    (_, index) => start + index * periodSeconds,
  );
  const found = new Map(
    MetricDataResults.map(({ Id = "", Timestamps = [], Values = [] }, index) => {
      const at = new Map(Timestamps.map((time, place) => [time.getTime() / 1000, Values[place] ?? null]));
      return [
        asked.find(({ query }) => query.Id === Id)?.name ?? String(index),
        times.map((time) => at.get(time) ?? null),
      ];
    }),
  );
  const series = (name: string): Series => found.get(name) ?? times.map(() => null);
  const overKinds = (metric: string, join: Join) =>
    joined(
      kinds.map((kind) => series(`${kind} ${metric}`)),
      join,
    );
  return {
    ...{ times, periodSeconds, changes: changes.filter(({ at }) => at >= start) },
    backlog: { waiting: series("Visible"), "in flight": series("InFlight"), dead: series("Dead") },
    capacity: {
      wanted: series("Wanted"),
      "asked for": series("GroupDesiredCapacity"),
      "in service": series("GroupInServiceInstances"),
    },
    outcomes: Object.fromEntries(
      outcomeSeries.map((name) => [name, overKinds(metricOfOutcome[name], sum)]),
    ) as History["outcomes"],
    durations: {
      "wait, mean": seconds(meanOver(kinds, series, "Wait")),
      "wait, longest": seconds(overKinds("Wait Maximum", longest)),
      "run, mean": seconds(meanOver(kinds, series, "Run")),
      "run, longest": seconds(overKinds("Run Maximum", longest)),
    },
    kinds: Object.fromEntries(
      kinds.map((kind) => [
        kind,
        {
          waiting: series(`${kind} waiting`),
          completed: series(`${kind} Completed`).map((value) => value ?? 0),
        },
      ]),
    ),
  };
}

type Asked = { name: string; query: MetricDataQuery };

function queriesOf({ names, kinds, periodSeconds }: HistorySource): Asked[] {
  const { fleet } = names;
  const asked: Asked[] = [];
  const ask = (
    name: string,
    Namespace: string,
    metric: string,
    dimensions: Readonly<Record<string, string>>,
    Stat: "Maximum" | "Sum" | "SampleCount" = "Maximum",
  ) => {
    const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
    const MetricStat = { Metric: { Namespace, MetricName: metric, Dimensions }, Period: periodSeconds, Stat };
    asked.push({ name, query: { Id: `m${asked.length}`, MetricStat } });
  };
  for (const name of ["Visible", "InFlight", "Dead", "Wanted"])
    ask(name, "FifoFleet", name, { Fleet: fleet });
  for (const name of ["GroupDesiredCapacity", "GroupInServiceInstances"])
    ask(name, "AWS/AutoScaling", name, { AutoScalingGroupName: groupNames(fleet).spot });
  for (const kind of kinds) {
    const visible = "ApproximateNumberOfMessagesVisible";
    ask(`${kind} waiting`, "AWS/SQS", visible, { QueueName: queueName(fleet, kind) });
    ask(`${kind} dead`, "AWS/SQS", visible, { QueueName: deadLetterQueueName(fleet, kind) });
    const ofKind = { Fleet: fleet, Kind: kind };
    for (const name of Object.values(metricOfOutcome))
      ask(`${kind} ${name}`, "FifoFleet", name, ofKind, "Sum");
    for (const name of ["Wait", "Run"])
      for (const stat of ["Maximum", "Sum", "SampleCount"] as const)
        ask(`${kind} ${name} ${stat}`, "FifoFleet", name, ofKind, stat);
  }
  return asked;
}

type Join = (values: readonly number[]) => number;
const sum: Join = (values) => values.reduce((total, value) => total + value, 0);
const longest: Join = (values) => Math.max(...values);

/** Joins series time by time; null where none has a value. */
function joined(all: readonly Series[], join: Join): Series {
  return (all[0] ?? []).map((_, index) => {
    const values = all.map((series) => series[index] ?? null).filter((value) => value !== null);
    return values.length === 0 ? null : join(values);
  });
}

function meanOver(kinds: readonly string[], series: (name: string) => Series, metric: string): Series {
  const sums = joined(
    kinds.map((kind) => series(`${kind} ${metric} Sum`)),
    sum,
  );
  const counts = joined(
    kinds.map((kind) => series(`${kind} ${metric} SampleCount`)),
    sum,
  );
  return sums.map((total, index) => {
    const count = counts[index];
    return total === null || !count ? null : total / count;
  });
}

const seconds = (ms: Series): Series => ms.map((value) => (value === null ? null : value / 1000));
