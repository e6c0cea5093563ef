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

test("the groups may have names of their own, of a letter even", () => {
  expect(read({ FLEET_SCALING_GROUP: "g", FLEET_STAND_IN_GROUP: "s" })).toMatchObject({
    group: "g",
    standInGroup: "s",
  });
  expect(read().standInGroup).toBe("counted-workers-on-demand");
  for (const name of ["FLEET_SCALING_GROUP", "FLEET_STAND_IN_GROUP"])
    expect(() => read({ [name]: "" })).toThrow(name);
});

test("a fleet on a faster clock has all its times shortened", () => {
  const waits = { FLEET_TARGET_WAIT_SECONDS: "60,parse-mail=20" };
  expect(read({ FLEET_TIME_SCALE: "0.1", FLEET_LOOK_AGAIN_SECONDS: "20", ...waits })).toMatchObject({
    targetWaits: { every: 6, kinds: { "parse-mail": 2 } },
    lookAgainSeconds: 2,
    policy: { bootSeconds: 12, targetWaitSeconds: 6, keepSeconds: { least: 3, most: 30 } },
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
