// What the start text says about workers, and the settings that the counting trigger gets on a laptop.
import { expect, test } from "vitest";
import { localScaling, policyInWords } from "../../../../scripts/local/fleet/pace.ts";
import { readScalingConfig } from "../../../../triggers/metrics-due/scaling-config.ts";

test("the words name the bounds and the target wait", () => {
  expect(policyInWords({ minWorkers: 0, maxWorkers: 2, targetWait: 5 })).toBe(
    "one starts when a job waits, more when the backlog would take longer than 5 s (at most 2)",
  );
  expect(policyInWords({ minWorkers: 2, maxWorkers: 2, targetWait: 5 })).toBe("2 always run");
  expect(policyInWords({ minWorkers: 0, maxWorkers: 1, targetWait: 5 })).toBe("one starts when a job waits");
});

test("the trigger accepts the settings: short waits, and an empty fleet is kept for a minute", () => {
  const { policy, lookAgainSeconds } = readScalingConfig({
    FLEET_NAME: "local",
    AWS_REGION: "eu-west-1",
    ...localScaling({ targetWait: 7 }),
  });
  expect(policy).toMatchObject({ targetWaitSeconds: 7, keepSeconds: { least: 60, most: 60 } });
  expect(lookAgainSeconds).toBe(0);
});
