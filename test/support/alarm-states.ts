// The states of an alarm over time by CloudWatch's rules, read from a template. Source: CloudWatch user guide, "Alarm
// evaluation": M out of N datapoints, and what is assumed where datapoints are missing.
import { mathOf, type Query, queriesOf } from "./metric-math.ts";
import { type Resource, spelled } from "./synth.ts";

export type State = "OK" | "ALARM";

/** A metric's value at a minute; undefined where there is none. */
export type Figure = (metric: string, minute: number) => number | undefined;

/** CloudWatch looks at more periods than it needs and takes the newest datapoints that exist; AWS does not say at how many. */
const extraPeriods = 2;

const statistics: Record<string, (values: number[]) => number> = {
  Sum: (values) => values.reduce((total, value) => total + value, 0),
  Maximum: (values) => Math.max(...values),
  SampleCount: (values) => values.length,
};

type Measured = { id: string; name: string; stat: string };

/** The metrics of an alarm; one that is not in a list has no id. */
function measuredBy(alarm: Resource): { period: number; metrics: Measured[] } {
  const { MetricName, Statistic, Period } = alarm.Properties;
  if (MetricName !== undefined)
    return {
      period: Number(Period),
      metrics: [{ id: "", name: spelled(MetricName), stat: String(Statistic) }],
    };
  const stats = queriesOf(alarm).flatMap(({ Id, MetricStat }: Query) =>
    MetricStat ? [{ Id, MetricStat }] : [],
  );
  return {
    period: Number(stats[0]?.MetricStat.Period),
    metrics: stats.map(({ Id, MetricStat }) => ({
      id: Id,
      name: MetricStat.Metric.MetricName,
      stat: MetricStat.Stat,
    })),
  };
}

function valueAt(alarm: Resource, figure: Figure, from: number, minutes: number): number | undefined {
  const { metrics } = measuredBy(alarm);
  const figures = Object.fromEntries(
    metrics.map(({ id, name, stat }) => {
      const values = Array.from({ length: minutes }, (_, index) => figure(name, from + index) ?? []).flat();
      const aggregate = statistics[stat];
      if (aggregate === undefined) throw new Error(`${alarm.id}: cannot compute ${stat}`);
      return [id, values.length === 0 ? undefined : aggregate(values)];
    }),
  );
  return "" in figures ? figures[""] : mathOf(alarm, figures);
}

const compare: Record<string, (value: number, threshold: number) => boolean> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
};

/** The state of an alarm after each of its periods, from OK on. */
export function statesOf(alarm: Resource, minutes: number, figure: Figure): State[] {
  const { Threshold, EvaluationPeriods, DatapointsToAlarm, ComparisonOperator, TreatMissingData } =
    alarm.Properties;
  const breaches = compare[String(ComparisonOperator)];
  if (breaches === undefined) throw new Error(`${alarm.id}: cannot compare by ${ComparisonOperator}`);
  const length = measuredBy(alarm).period / 60;
  const values = Array.from({ length: Math.floor(minutes / length) }, (_, index) =>
    valueAt(alarm, figure, index * length, length),
  );
  const most = Number(EvaluationPeriods);
  let state: State = "OK";
  return values.map((_, index) => {
    const range = values.slice(Math.max(0, index + 1 - most - extraPeriods), index + 1);
    const judged = range.flatMap((value) => value ?? []).slice(-most);
    if (judged.length === 0 && TreatMissingData === "ignore") return state;
    const bad = judged.filter((value) => breaches(value, Number(Threshold))).length;
    // Before the first minute there was nothing wrong.
    const missing = TreatMissingData === "breaching" ? Math.min(most, index + 1) - judged.length : 0;
    state = bad + Math.max(0, missing) >= Number(DatapointsToAlarm ?? most) ? "ALARM" : "OK";
    return state;
  });
}

/** How often a state is entered that people hear of. */
export const ringsIn = (states: readonly State[]): number =>
  states.filter((state, index) => state === "ALARM" && states[index - 1] !== "ALARM").length;
