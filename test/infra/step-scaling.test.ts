// The deployed alarms do what the policy decides: lines with lag, gaps and duplicates reach CloudWatch, whose documented rules
// are compared with the policy's function minute by minute.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sizesUpTo } from "../../infra/constructs/step-scaling.ts";
import { blankMemory, historyOf, noteDesired, remember } from "../../infra/scaling/memory.ts";
import { scalingPolicy } from "../../infra/scaling/policy.ts";
import { decideCapacity } from "../../infra/scaling-policy.ts";
import { jobKinds } from "../../worker/jobs/catalog.ts";
import { alarmRulesOf, breachAt, type Point, sizeAfter } from "../support/alarm-rules.ts";
import { mathOf, queriesOf } from "../support/metric-math.ts";
import { fleetOf, ofType, type Resource, resourcesOf } from "../support/synth.ts";

const resources = resourcesOf({ workers: fleetOf().workers });
const alarmsOf = (all: readonly Resource[]) =>
  ofType(all, "AWS::CloudWatch::Alarm").filter(({ id }) => id.startsWith("Scaling"));
const alarms = alarmsOf(resources);
const named = (name: string, all = alarms) => {
  const found = all.find(({ id }) => id.startsWith(`Scaling${name}`));
  if (found === undefined) throw new Error(`no alarm ${name}`);
  return found;
};
const grow = alarmRulesOf(named("Grow"), resources);
const first = alarmRulesOf(named("WaitingBySqs1"), resources);
const bounds = { min: scalingPolicy.min, max: scalingPolicy.max };
const minuteMs = 60_000;

test("the alarm that grows the group takes one metric of the one line, so it mixes no sources", () => {
  expect(named("Grow").Properties).toMatchObject({ MetricName: "GrowTo", Period: 60, Statistic: "Maximum" });
  expect(alarms.map(({ id }) => id.replace(/^Scaling|[A-F0-9]{8}$/g, ""))).toEqual([
    "Grow",
    "WaitingBySqs1",
    "WaitingBySqs2",
  ]);
});

/** What happens in a minute: work, and how the line that tells of it fares on its way. */
type Minute = {
  waiting: number;
  busyShare: number;
  lagMs: number;
  jitterMs: number;
  lost: boolean;
  twice: boolean;
};

type Line = { at: number; desired: number; wanted: number; points: Point[] };

/** Plays minutes: the trigger decides and shrinks, the alarm grows, each at its own time. */
function play(minutes: readonly Minute[], { phaseMs, extra }: { phaseMs: number; extra: number }) {
  let memory = blankMemory;
  let desired = 0;
  let inService = 0;
  const lines: Line[] = [];
  const acts: { nowMs: number; before: number; after: number }[] = [];
  const evaluate = (nowMs: number) => {
    const points = lines.flatMap((line) => line.points);
    const value = breachAt(grow, points, nowMs, extra);
    if (value === undefined) return;
    const after = sizeAfter(grow, value, desired, bounds);
    acts.push({ nowMs, before: desired, after });
    desired = after;
  };
  const count = (minute: Minute, startMs: number) => {
    const at = (startMs + minute.jitterMs) / 1000;
    const busySlots = Math.round(8 * inService * minute.busyShare);
    const kinds = { a: { waiting: minute.waiting, secondsPerJob: 2 } };
    const idleSlots = 8 * inService - busySlots;
    const figures = { at, kinds, inFlight: busySlots, busySlots, idleSlots, inService };
    memory = remember(scalingPolicy, noteDesired(memory, desired, at), figures);
    const { wanted } = decideCapacity(scalingPolicy, figures, historyOf(memory, at), { desired, now: at });
    const point = {
      atMs: at * 1000,
      arrivesMs: at * 1000 + minute.lagMs,
      value: wanted > desired ? wanted : 0,
    };
    const points = minute.lost
      ? []
      : minute.twice
        ? [point, { ...point, arrivesMs: point.arrivesMs + 5000 }]
        : [point];
    lines.push({ at: at * 1000, desired, wanted, points });
    if (wanted < desired) desired = wanted;
  };
  for (const [index, minute] of minutes.entries()) {
    const startMs = index * minuteMs;
    // Instances boot for two minutes.
    inService = Math.min(desired, lines.at(-2)?.desired ?? 0);
    const counted = startMs + minute.jitterMs;
    if (phaseMs + startMs <= counted) evaluate(startMs + phaseMs);
    count(minute, startMs);
    if (phaseMs + startMs > counted) evaluate(startMs + phaseMs);
  }
  return { lines, acts, desired };
}

const minute = fc.record({
  waiting: fc.oneof(fc.constant(0), fc.nat(300), fc.nat(20_000)),
  busyShare: fc.constantFrom(0, 0.5, 0.95, 1),
  lagMs: fc.oneof(fc.integer({ min: 500, max: 20_000 }), fc.integer({ min: 500, max: 150_000 })),
  jitterMs: fc.oneof(fc.nat(3000), fc.nat(59_000)),
  lost: fc.boolean(),
  twice: fc.boolean(),
});
const runs = fc.record({
  minutes: fc.array(minute, { minLength: 10, maxLength: 40 }),
  phaseMs: fc.nat(59_999),
  extra: fc.integer({ min: 1, max: 4 }),
});
const healthy = ({ minutes }: { minutes: Minute[] }) =>
  minutes.map((one, index) => ({
    ...one,
    lost: false,
    lagMs: Math.min(one.lagMs, 20_000),
    // EventBridge calls within seconds of the same second of every minute.
    jitterMs: (minutes[0]?.jitterMs ?? 0) % 30_000 || index % 3,
  }));

describe("minute by minute", () => {
  test("whatever is late, lost or doubled, the alarm only sets a size that a line in its range asked for", () => {
    fc.assert(
      fc.property(runs, ({ minutes, phaseMs, extra }) => {
        const { lines, acts } = play(minutes, { phaseMs, extra });
        for (const { nowMs, after } of acts) {
          const seen = lines.filter(
            ({ at, points }) =>
              nowMs - at < (1 + extra + 1) * minuteMs && points.some(({ arrivesMs }) => arrivesMs <= nowMs),
          );
          expect(seen.map(({ wanted }) => wanted)).toContain(after);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("a line that arrives twice changes nothing, nor does an alarm that sees a line twice", () => {
    fc.assert(
      fc.property(runs, ({ minutes, phaseMs, extra }) => {
        const once = minutes.map((one) => ({ ...one, twice: false }));
        const twice = minutes.map((one) => ({ ...one, twice: true }));
        const sizes = (given: Minute[]) =>
          play(given, { phaseMs, extra }).lines.map(({ desired }) => desired);
        expect(sizes(twice)).toEqual(sizes(once));
      }),
      { numRuns: 300 },
    );
  });

  test("while lines arrive within twenty seconds, a growth that two counts ask for is there at the next", () => {
    fc.assert(
      fc.property(runs, (run) => {
        const { lines } = play(healthy(run), run);
        for (const [index, { desired, wanted }] of lines.entries()) {
          const [next, later] = lines.slice(index + 1, index + 3);
          if (next === undefined || later === undefined) continue;
          // A newer line replaces an older one, so a wish of one minute may pass.
          if (wanted > desired && next.wanted > desired)
            expect(later.desired).toBeGreaterThanOrEqual(Math.min(wanted, next.wanted));
        }
      }),
      { numRuns: 500 },
    );
  });

  test("it never adds up: without new work the size after a growth is the one that was asked for", () => {
    const work = { waiting: 4000, busyShare: 1, lagMs: 90_000, jitterMs: 500, lost: false, twice: false };
    for (const phaseMs of [0, 10_000, 30_000, 59_000])
      for (const extra of [1, 2, 4]) {
        const { lines, acts } = play(
          Array.from({ length: 8 }, () => work),
          { phaseMs, extra },
        );
        const most = Math.max(...lines.map(({ wanted }) => wanted));
        expect(acts.map(({ after }) => after).filter((after) => after > most)).toEqual([]);
      }
  });

  test("without lines nothing grows", () => {
    fc.assert(
      fc.property(runs, ({ minutes, phaseMs, extra }) => {
        const silent = minutes.map((one) => ({ ...one, lost: true }));
        expect(play(silent, { phaseMs, extra }).acts).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});

test("the alarm's steps set every size up to twenty exactly", () => {
  for (let size = 1; size <= bounds.max; size += 1) expect(sizeAfter(grow, size, 0, bounds)).toBe(size);
});

test("a larger fleet grows to one of twenty even sizes, never to a smaller one than it needs", () => {
  const large = resourcesOf({ workers: fleetOf({ maxInstances: "87" }).workers });
  const rules = alarmRulesOf(named("Grow", alarmsOf(large)), large);
  expect(rules.steps.length).toBe(20);
  for (let size = 1; size <= 87; size += 1) {
    const set = sizeAfter(rules, size, 0, { min: 0, max: 87 });
    expect(set).toBeGreaterThanOrEqual(size);
    expect(set - size).toBeLessThan(5);
  }
  expect(sizesUpTo(3)).toEqual([1, 2, 3]);
});

test("a count every ten seconds has an alarm of high resolution", () => {
  const fine = resourcesOf({ workers: fleetOf({ countSeconds: "10" }).workers });
  expect(named("Grow", alarmsOf(fine)).Properties.Period).toBe(10);
});

describe("should counting fail", () => {
  const byId = (figures: Record<string, number | undefined>) =>
    Object.fromEntries(
      queriesOf(named("WaitingBySqs1")).map(({ Id, MetricStat }) => [
        Id,
        figures[MetricStat?.Metric.MetricName ?? ""],
      ]),
    );
  const seen = (desired: number | undefined, waiting: number | undefined) =>
    mathOf(
      named("WaitingBySqs1"),
      byId({ GroupDesiredCapacity: desired, ApproximateNumberOfMessagesVisible: waiting }),
    );
  const points = (values: readonly number[]) =>
    values.map((value, index) => ({ atMs: index * minuteMs, arrivesMs: index * minuteMs + 30_000, value }));

  test("SQS's own metrics start the first instance within three minutes, and no more than one", () => {
    expect([seen(0, 5), seen(undefined, 5), seen(0, undefined), seen(1, 5)]).toEqual([1, 1, 0, 0]);
    expect(breachAt(first, points([0, 1, 1]), 2.6 * minuteMs, 2)).toBe(1);
    expect(sizeAfter(first, 1, 0, bounds)).toBe(1);
  });

  test("a size that is published late starts none: one odd minute is not enough", () => {
    for (const extra of [1, 2, 4])
      expect(breachAt(first, points([0, 1, 0, 0]), 3.6 * minuteMs, extra)).toBeUndefined();
  });
});

test("no alarm exceeds CloudWatch's limit of metrics, and every queue's own metric can start the first instance", () => {
  const watched = alarms.flatMap((alarm) => {
    const own = queriesOf(alarm).filter(({ MetricStat }) => MetricStat);
    expect(own.length).toBeLessThanOrEqual(10);
    return own.map(({ MetricStat }) => JSON.stringify(MetricStat));
  });
  for (const kind of jobKinds)
    expect(watched.some((metric) => metric.includes(`fifo-fleet-${kind}.fifo`))).toBe(true);
});

test("missing data neither starts nor ends an instance", () => {
  for (const { Properties } of alarms) expect(Properties.TreatMissingData).toBe("notBreaching");
});
