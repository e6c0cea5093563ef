// CloudWatch's alarm and Auto Scaling's step policy by their documentation, read from a template. Sources: CloudWatch user
// guide, "Alarm evaluation" (evaluation range, missing data, M out of N) and "Alarm actions" (Auto Scaling actions repeat every
// minute); Auto Scaling user guide, "Step and simple scaling policies" (adjustments, bounds, metric aggregation).
import { type Resource, spelled } from "./synth.ts";

/** A datapoint: the start of its period, and when CloudWatch has it. Several values of a period are aggregated. */
export type Point = { atMs: number; arrivesMs: number; value: number };

/** One alarm with its step policy. */
export type AlarmRules = {
  periodMs: number;
  threshold: number;
  evaluationPeriods: number;
  datapointsToAlarm: number;
  exact: boolean;
  steps: readonly { from: number; to: number; adjustment: number }[];
};

type Step = {
  MetricIntervalLowerBound?: number;
  MetricIntervalUpperBound?: number;
  ScalingAdjustment: number;
};

/** Reads an alarm and its step policy. Throws where the template has what this model does not know. */
export function alarmRulesOf(alarm: Resource, resources: readonly Resource[]): AlarmRules {
  const { Properties: own } = alarm;
  const [action] = own.AlarmActions as unknown[];
  const policy = resources.find(({ id }) => `<${id}>` === spelled(action))?.Properties;
  const known = own.TreatMissingData === "notBreaching" && policy?.MetricAggregationType === "Maximum";
  if (!known || own.ComparisonOperator !== "GreaterThanOrEqualToThreshold")
    throw new Error(`${alarm.id} is not what the rules know`);
  const queries = (own.Metrics ?? []) as { MetricStat?: { Period: number } }[];
  const period = own.Period ?? queries.find(({ MetricStat }) => MetricStat)?.MetricStat?.Period;
  const steps = (policy.StepAdjustments as Step[]).map((step) => ({
    from: step.MetricIntervalLowerBound ?? Number.NEGATIVE_INFINITY,
    to: step.MetricIntervalUpperBound ?? Number.POSITIVE_INFINITY,
    adjustment: step.ScalingAdjustment,
  }));
  return {
    periodMs: Number(period) * 1000,
    threshold: Number(own.Threshold),
    evaluationPeriods: Number(own.EvaluationPeriods),
    datapointsToAlarm: Number(own.DatapointsToAlarm ?? own.EvaluationPeriods),
    exact: policy.AdjustmentType === "ExactCapacity",
    steps,
  };
}

/**
 * The value on which an alarm acts at a moment; undefined while it is not in ALARM.
 * @param extra periods that the evaluation range has besides the evaluation periods: at least one, AWS does not say how many
 */
export function breachAt(
  rules: AlarmRules,
  points: readonly Point[],
  nowMs: number,
  extra: number,
): number | undefined {
  const { periodMs, threshold, evaluationPeriods, datapointsToAlarm } = rules;
  const newest = Math.floor(nowMs / periodMs);
  const found = Array.from({ length: evaluationPeriods + extra }, (_, back) => {
    const period = newest - back;
    const values = points.filter(
      ({ atMs, arrivesMs }) => arrivesMs <= nowMs && Math.floor(atMs / periodMs) === period,
    );
    return values.length === 0 ? [] : [Math.max(...values.map(({ value }) => value))];
  }).flat();
  // The newest datapoints that exist decide; what is still missing does not breach.
  const judged = found.slice(0, evaluationPeriods);
  const breaching = judged.filter((value) => value >= threshold);
  return breaching.length >= datapointsToAlarm ? Math.max(...judged) : undefined;
}

/** The desired capacity after an alarm acted on a value. */
export function sizeAfter(
  { threshold, steps, exact }: AlarmRules,
  value: number,
  desired: number,
  { min, max }: { min: number; max: number },
): number {
  const breach = value - threshold;
  const step = steps.find(({ from, to }) => breach >= from && breach < to);
  if (step === undefined) throw new Error(`no step for ${value}`);
  const size = exact ? step.adjustment : desired + step.adjustment;
  return Math.min(max, Math.max(min, size));
}
