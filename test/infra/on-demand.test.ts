// On-demand instances that stand in for missing spot instances: the deployed alarms and steps decide as the function does.
import fc from "fast-check";
import { expect, test } from "vitest";
import { decideOnDemand, missingOf, standInsFor } from "../../infra/on-demand-policy.ts";
import { mathOf } from "../support/metric-math.ts";
import { fleetOf, ofType, type Resource, resourcesOf, spelled } from "../support/synth.ts";

const resources = resourcesOf({ workers: fleetOf({ maxInstances: "100" }).workers });
const alarm = (id: string) => {
  const found = ofType(resources, "AWS::CloudWatch::Alarm").find((one) => one.id.startsWith(`StandIn${id}`));
  if (found === undefined) throw new Error(`no alarm ${id}`);
  return found;
};

type Step = {
  MetricIntervalLowerBound: number;
  MetricIntervalUpperBound?: number;
  ScalingAdjustment: number;
};

/** The size that an alarm's step policy sets at a value of its metric. */
function sizeSetBy({ Properties: properties }: Resource, value: number): number | undefined {
  const [action] = properties.AlarmActions as unknown[];
  const policy = resources.find(({ id }) => `<${id}>` === spelled(action))?.Properties;
  expect(policy?.AdjustmentType).toBe("ExactCapacity");
  const breach = value - Number(properties.Threshold);
  const steps = (policy?.StepAdjustments ?? []) as Step[];
  return steps.find(
    (step) =>
      breach >= step.MetricIntervalLowerBound &&
      breach < (step.MetricIntervalUpperBound ?? Number.POSITIVE_INFINITY),
  )?.ScalingAdjustment;
}

const count = fc.nat({ max: 100 });
const policy = { afterSeconds: 900, backAfterSeconds: 300 };

test("the alarm sets as many stand-ins as the function wants, for every gap", () => {
  fc.assert(
    fc.property(count, count, count, (desired, inService, pending) => {
      const figures = { spotDesired: desired, spotServing: inService, spotPending: pending };
      const value = mathOf(alarm("Missing"), figures) ?? 0;
      const spot = { desired, inService, pending };
      const memory = { missingSince: 0 };
      const { wanted } = decideOnDemand(policy, spot, { at: 900, current: 0, memory });
      expect(value >= 1).toBe(missingOf(spot) > 0);
      if (value >= 1) expect(sizeSetBy(alarm("Missing"), value)).toBe(wanted);
    }),
  );
});

test("stand-ins leave only while as many spot instances serve as were asked for", () => {
  fc.assert(
    fc.property(count, count, count, (desired, inService, current) => {
      const spot = { desired, inService, pending: 100 };
      const value =
        mathOf(alarm("Back"), {
          spotDesired: desired,
          spotServing: inService,
          standIns: current,
        }) ?? 0;
      const { wanted } = decideOnDemand(policy, spot, { at: 300, current, memory: { allServeSince: 0 } });
      expect(value >= 1).toBe(current > 0 && wanted === 0);
    }),
  );
  expect(sizeSetBy(alarm("Back"), 1)).toBe(0);
});

test("the alarms last as long as the policy waits", () => {
  expect(alarm("Missing").Properties).toMatchObject({
    EvaluationPeriods: 15,
    TreatMissingData: "notBreaching",
  });
  expect(alarm("Back").Properties).toMatchObject({ EvaluationPeriods: 5, TreatMissingData: "notBreaching" });
});

test("as many instances stand in as the largest step within the gap, and none for no gap", () => {
  expect([0, 1, 7, 9, 99, 100, 1000].map(standInsFor)).toEqual([0, 1, 6, 8, 75, 100, 100]);
});

/** Plays gaps of a minute each, of which so many boot, and returns the number of stand-ins after each minute. */
function play(gaps: readonly number[], booting: readonly number[] = []): number[] {
  let current = 0;
  let memory = {};
  return gaps.map((gap, minute) => {
    const spot = { desired: 10, inService: 10 - gap, pending: booting[minute] ?? 0 };
    const next = decideOnDemand(policy, spot, { at: minute * 60, current, memory });
    current = next.wanted;
    memory = next.memory;
    return current;
  });
}

const minutes = (count: number, value: number): number[] => Array.from({ length: count }, () => value);

test("nothing stands in for a gap that closes before its time", () => {
  expect(play([...minutes(14, 3), ...minutes(3, 0), ...minutes(14, 3)]).every((size) => size === 0)).toBe(
    true,
  );
});

test("after its time the gap is filled, follows it up and down, and empties once spot has come", () => {
  const sizes = play([...minutes(16, 2), ...minutes(2, 4), ...minutes(2, 1), ...minutes(6, 0)]);
  expect(sizes.slice(14)).toEqual([0, 2, 4, 4, 1, 1, 1, 1, 1, 1, 1, 0]);
});

test("stand-ins stay while the spot instances that come at last still boot", () => {
  const sizes = play([...minutes(20, 2), ...minutes(6, 0)], [...minutes(16, 0), ...minutes(4, 2)]);
  expect(sizes.slice(14)).toEqual([0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0]);
});
