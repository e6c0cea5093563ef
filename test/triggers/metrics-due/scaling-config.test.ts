// The settings of counting and scaling.
import { expect, test } from "vitest";
import { readScalingConfig } from "../../../triggers/metrics-due/scaling-config.ts";

const read = (more: Record<string, string> = {}) =>
  readScalingConfig({ FLEET_NAME: "counted", AWS_REGION: "eu-west-1", ...more });

test("by default jobs of every kind may wait a minute, and the fleet's own group is counted once a call", () => {
  expect(read()).toMatchObject({
    group: "counted-workers",
    targetWaits: { every: 60, kinds: {} },
    countSeconds: 60,
    policy: { bootSeconds: 120, targetWaitSeconds: 60, keepSeconds: { least: 30, most: 300 } },
  });
});

test("the target wait has exceptions by kind", () => {
  expect(read({ FLEET_TARGET_WAIT_SECONDS: "120, parse-mail=20,store-file=300" }).targetWaits).toEqual({
    every: 120,
    kinds: { "parse-mail": 20, "store-file": 300 },
  });
});

test.each([
  [{ FLEET_TARGET_WAIT_SECONDS: "soon" }, "FLEET_TARGET_WAIT_SECONDS takes seconds from 1 to 86400"],
  [{ FLEET_TARGET_WAIT_SECONDS: "0" }, "FLEET_TARGET_WAIT_SECONDS takes seconds from 1 to 86400"],
  [{ FLEET_TARGET_WAIT_SECONDS: "60,mow-lawn=3" }, "names mow-lawn, which is no job kind"],
  [{ FLEET_BOOT_SECONDS: "long" }, "FLEET_BOOT_SECONDS takes a number from 0 to 3600"],
  [{ FLEET_COUNT_SECONDS: "5" }, "FLEET_COUNT_SECONDS takes a number from 10 to 60"],
])("%j is refused by name and limit", (wrong, problem) => {
  expect(() => read(wrong as Record<string, string>)).toThrow(problem);
});
