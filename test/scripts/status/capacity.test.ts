// What the operator's tool reads of the fleet's instances, from a local Auto Scaling over HTTP.
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { expect, onTestFinished, test } from "vitest";
import { ScalingGroup } from "../../../scripts/local/autoscaling/group.ts";
import { autoScalingService } from "../../../scripts/local/autoscaling/service.ts";
import { VirtualClock } from "../../../scripts/local/clock/clock.ts";
import { readCapacity } from "../../../scripts/status/capacity.ts";
import { readTerminations } from "../../../scripts/status/terminations.ts";
import { startTestCloud } from "../../support/cloud.ts";

async function setup() {
  const clock = new VirtualClock();
  let launched = 0;
  const groupOf = (name: string) =>
    new ScalingGroup({
      ...{ name, min: 0, max: 9, zones: ["a"], instanceType: "local", clock },
      hook: { name: "drain", timeoutSeconds: 60 },
      launchHook: { name: "ready", timeoutSeconds: 60 },
      newInstanceId: () => `i-${++launched}`,
      launcher: { launch: async () => {}, terminate: async () => {}, announce: () => {} },
      onError: (error) => {
        throw error;
      },
    });
  const [spot, onDemand] = [groupOf("f-workers"), groupOf("f-workers-on-demand")];
  const cloud = await startTestCloud({ clock, extraServices: [autoScalingService(spot, onDemand)] });
  const client = new AutoScalingClient({ ...cloud.settings, maxAttempts: 1 });
  onTestFinished(async () => {
    client.destroy();
    await cloud.close();
  });
  const terminations = () => readTerminations(client, "f");
  return { clock, spot, onDemand, terminations, read: (fleet = "f") => readCapacity(client, fleet) };
}

test("instances of both groups are counted, in service and on their way", async () => {
  const { spot, onDemand, read } = await setup();
  spot.setDesired(3, "the test");
  spot.completeLifecycleAction("i-1", "ready");
  onDemand.setDesired(1, "the test");
  expect(await read()).toEqual({ desired: 3, inService: 1, pending: 3, onDemand: 1 });
});

test("launches that fail are told with their first time and last message, until one succeeds", async () => {
  const { clock, spot, read } = await setup();
  spot.setDesired(1, "the test");
  const since = new Date(clock.now()).toISOString();
  spot.refuseLaunches("no capacity, at first");
  spot.setDesired(2, "the test");
  spot.refuseLaunches("MaxSpotInstanceCountExceeded");
  clock.advance(60_000);
  expect(await read()).toMatchObject({ launchError: { since, message: "MaxSpotInstanceCountExceeded" } });
  spot.refuseLaunches(undefined);
  clock.advance(5_000);
  expect(await read()).toEqual({ desired: 2, inService: 0, pending: 2, onDemand: 0 });
});

test("stand-ins fill the gap, so that nothing is missing and no error is told", async () => {
  const { spot, onDemand, read } = await setup();
  spot.refuseLaunches("no capacity");
  spot.setDesired(2, "the test");
  onDemand.setDesired(2, "the test");
  expect(await read()).toEqual({ desired: 2, inService: 0, pending: 2, onDemand: 2 });
});

test("instances that are taken away are told with their time and why, the newest first, and no launch is", async () => {
  const { clock, spot, terminations } = await setup();
  spot.setDesired(2, "the test");
  expect(await terminations()).toEqual([]);
  for (const id of ["i-1", "i-2"]) spot.completeLifecycleAction(id, "ready");
  const first = new Date(clock.now()).toISOString();
  spot.setDesired(1, "less to do");
  clock.advance(1_000);
  spot.setDesired(0, "nothing to do");
  const found = await terminations();
  expect(found.map(({ cause }) => cause)).toEqual([
    expect.stringContaining("nothing to do"),
    expect.stringContaining("less to do"),
  ]);
  expect(found.at(-1)?.at).toBe(first);
  expect(new Set(found.map(({ instance }) => instance))).toEqual(new Set(["i-1", "i-2"]));
  // What ends it is another activity of the same instance.
  for (const id of ["i-1", "i-2"]) spot.completeLifecycleAction(id, "drain");
  expect(await terminations()).toEqual(found);
});

test("a fleet without groups has no capacity to tell of", async () => {
  const { read } = await setup();
  expect(await read("other")).toBeUndefined();
});
