// The deployed alarms decide the same as the policy's function: their expressions are evaluated and compared with it.
import fc from "fast-check";
import { expect, test } from "vitest";
import { decideCapacity, type ScalingSignals, scalingPolicy } from "../../infra/scaling-policy.ts";
import { jobKinds } from "../../worker/jobs/catalog.ts";
import { fleetOf, ofType, type Resource, resourcesOf, spelled } from "../support/synth.ts";

type Query = {
  Id: string;
  Expression?: string;
  MetricStat?: { Metric: { MetricName: string } };
  ReturnData?: boolean;
};
type Step = {
  MetricIntervalLowerBound?: number;
  MetricIntervalUpperBound?: number;
  ScalingAdjustment: number;
};

const resources = resourcesOf({ workers: fleetOf().workers });
const alarms = ofType(resources, "AWS::CloudWatch::Alarm");

const queriesOf = ({ Properties }: Resource) => Properties.Metrics as Query[];
const alarm = (name: string) => {
  const found = alarms.find(({ id }) => id.startsWith(`Scaling${name}`));
  if (found === undefined) throw new Error(`no alarm ${name}`);
  return found;
};

/** Evaluates metric math in JavaScript: the few functions and operators that the alarms use. Throws on anything else. */
function evaluate(target: Resource, values: Record<string, number>): number {
  const queries = queriesOf(target);
  const [{ Expression = "" } = {}] = queries.filter(({ ReturnData }) => ReturnData);
  const known: Record<string, number> = {};
  for (const { Id, MetricStat } of queries)
    if (MetricStat) known[Id] = values[MetricStat.Metric.MetricName] ?? Number.NaN;
  const code = Expression.replaceAll(/\bAND\b/g, "&&");
  for (const [word] of code.matchAll(/[A-Za-z]\w*/g))
    if (!(word in known) && !["IF", "FILL", "SUM"].includes(word)) throw new Error(`cannot evaluate ${word}`);
  const run = new Function("IF", "FILL", "SUM", ...Object.keys(known), `return ${code};`);
  const when = (condition: boolean, yes: number, no: number) => (condition ? yes : no);
  const fill = (value: number, other: number) => (Number.isNaN(value) ? other : value);
  const sum = (list: number[]) => list.reduce((total, value) => total + value, 0);
  return run(when, fill, sum, ...Object.values(known));
}

/** What the step policy of an alarm adds at a value; zero below the alarm's threshold. */
function adjustment(target: Resource, value: number): number {
  const breach = value - Number(target.Properties.Threshold);
  const raises: Record<string, boolean> = {
    GreaterThanOrEqualToThreshold: breach >= 0,
    GreaterThanThreshold: breach > 0,
  };
  if (!raises[String(target.Properties.ComparisonOperator)]) return 0;
  const [action] = target.Properties.AlarmActions as unknown[];
  const policy = resources.find(({ id }) => `<${id}>` === spelled(action));
  const steps = (policy?.Properties.StepAdjustments ?? []) as Step[];
  const step = steps.find(
    ({
      MetricIntervalLowerBound: from = Number.NEGATIVE_INFINITY,
      MetricIntervalUpperBound: to = Number.POSITIVE_INFINITY,
    }) => breach >= from && breach < to,
  );
  if (step === undefined) throw new Error(`no step for ${value}`);
  return step.ScalingAdjustment;
}

const metrics = ({ visible, inFlight, busySlots, idleSlots, desired }: ScalingSignals) => ({
  Visible: visible,
  InFlight: inFlight,
  BusySlots: busySlots,
  IdleSlots: idleSlots,
  GroupDesiredCapacity: desired,
  ApproximateNumberOfMessagesVisible: visible,
});

/** The capacity that the alarms lead to, after the fleet has been empty as long as the signals say. */
function decidedByAlarms(signals: ScalingSignals): number {
  const values = metrics(signals);
  const { min, max } = scalingPolicy;
  const within = (count: number) => Math.min(max, Math.max(min, count));
  const empty = alarm("Empty");
  const lasting = Number(empty.Properties.EvaluationPeriods) * 60;
  if (evaluate(empty, values) >= 1 && signals.emptySeconds >= lasting) return within(adjustment(empty, 1));
  const added = Math.max(
    ...["Waiting", "Backlog"].map((name) => adjustment(alarm(name), evaluate(alarm(name), values))),
  );
  return added === 0 ? signals.desired : within(signals.desired + added);
}

const counts = fc.record({
  visible: fc.oneof(fc.nat(5), fc.nat(400), fc.nat(20_000)),
  inFlight: fc.nat(50),
  busySlots: fc.nat(80),
  idleSlots: fc.oneof(fc.constant(0), fc.nat(4), fc.nat(80)),
  desired: fc.nat(scalingPolicy.max),
  emptySeconds: fc.constantFrom(0, 299, 300, 3600),
});

test("for every state of the fleet, the alarms lead to the capacity that the policy decides", () => {
  fc.assert(
    fc.property(counts, (drawn) => {
      const busy = drawn.visible + drawn.inFlight > 0;
      const signals = { ...drawn, emptySeconds: busy ? 0 : drawn.emptySeconds };
      expect(decidedByAlarms(signals)).toBe(decideCapacity(scalingPolicy, signals).desired);
    }),
    { numRuns: 2000 },
  );
});

test("no alarm exceeds CloudWatch's limit of metrics, and every queue's own metric can start the first instance", () => {
  const watched = alarms.flatMap((target) => {
    const own = queriesOf(target).filter(({ MetricStat }) => MetricStat);
    expect(own.length).toBeLessThanOrEqual(10);
    return own.map(({ MetricStat }) => JSON.stringify(MetricStat));
  });
  for (const kind of jobKinds)
    expect(watched.some((metric) => metric.includes(`fifo-fleet-${kind}.fifo`))).toBe(true);
});

test("SQS's metrics alone can start the first instance, even when only one queue has data", () => {
  const target = alarms.find(({ id }) => id.startsWith("ScalingWaitingBySqs"));
  if (target === undefined) throw new Error("no such alarm");
  const only = { GroupDesiredCapacity: Number.NaN, ApproximateNumberOfMessagesVisible: 1 };
  expect(adjustment(target, evaluate(target, only))).toBe(1);
  expect(evaluate(target, { ...only, ApproximateNumberOfMessagesVisible: Number.NaN })).toBe(0);
});

test("missing data neither starts nor ends an instance", () => {
  for (const { Properties } of alarms) expect(Properties.TreatMissingData).toBe("notBreaching");
});

test("the group's minimum and maximum do not change the alarms", () => {
  const kept = resourcesOf({ workers: fleetOf({ minInstances: "2", maxInstances: "5" }).workers });
  const empty = ofType(kept, "AWS::CloudWatch::Alarm").find(({ id }) => id.startsWith("ScalingEmpty"));
  if (empty === undefined) throw new Error("no such alarm");
  expect(evaluate(empty, { Visible: 0, InFlight: 0, GroupDesiredCapacity: 2 })).toBe(0);
  expect(evaluate(empty, { Visible: 0, InFlight: 0, GroupDesiredCapacity: 3 })).toBe(1);
});
