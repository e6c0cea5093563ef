// The one line of a count: its metrics, and everything else of the same instant beside them.
import { expect, test } from "vitest";
import { readEmf } from "../../../scripts/local/cloudwatch/emf.ts";
import { metricLine, metricsOf } from "../../../triggers/metrics-due/metric-line.ts";
import { type ShownDecision, scalingDecisionSchema } from "../../../triggers/metrics-due/scaling-row.ts";

const counts = {
  kinds: { "parse-mail": { waiting: 4, inFlight: 1 }, "store-file": { waiting: 0, inFlight: 2 } },
  dead: { "parse-mail": 2, "store-file": 0 },
  failedEvents: { "mail-received": 1 },
};
const arrived = { dead: 1, failedEvents: 0 };
const decision: ShownDecision = {
  at: 1_700_000_000.25,
  reason: "backlog",
  wanted: 5,
  desired: 2,
  gap: 3,
  inService: 2,
  need: 5,
  backlogSeconds: 2400,
  busySlots: 16,
  idleSlots: 0,
  groups: 20,
  ended: 77,
  kinds: {
    "parse-mail": { waiting: 4, inFlight: 1, secondsPerJob: 2, slotsPerJob: 1, targetWaitSeconds: 60 },
  },
};
const line = (made = decision, fine = false) =>
  metricLine("counted", metricsOf(counts, made, arrived), made, { fine });

test("the line has the format of CloudWatch's embedded metrics, all of one time", () => {
  const metrics = readEmf(line());
  expect(metrics.map(({ namespace, name, dimensions, sum }) => [namespace, name, dimensions, sum])).toEqual([
    ["FifoFleet", "Visible", { Fleet: "counted" }, 4],
    ["FifoFleet", "InFlight", { Fleet: "counted" }, 3],
    ["FifoFleet", "Dead", { Fleet: "counted" }, 2],
    ["FifoFleet", "FailedEvents", { Fleet: "counted" }, 1],
    ["FifoFleet", "DeadArrived", { Fleet: "counted" }, 1],
    ["FifoFleet", "FailedEventsArrived", { Fleet: "counted" }, 0],
    ["FifoFleet", "Wanted", { Fleet: "counted" }, 5],
    ["FifoFleet", "GrowTo", { Fleet: "counted" }, 5],
  ]);
  expect(new Set(metrics.map(({ atMs }) => atMs))).toEqual(new Set([1_700_000_000_250]));
});

test("the reason and every figure are in the same line", () => {
  expect(scalingDecisionSchema.parse(JSON.parse(line()))).toEqual(decision);
});

test("a fleet that is to shrink or to stay asks the alarm for nothing", () => {
  for (const gap of [0, -1])
    expect(metricsOf(counts, { ...decision, wanted: 2 + gap, gap }, arrived)).toMatchObject({ GrowTo: 0 });
});

test("metrics of a fine count have a resolution of a second", () => {
  expect(line(decision, true).match(/"StorageResolution":1/g)).toHaveLength(8);
  expect(line()).not.toContain("StorageResolution");
});
