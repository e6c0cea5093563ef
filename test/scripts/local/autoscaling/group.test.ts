// The local Auto Scaling group through the AWS SDK: launches, drains by hook, reclaims.
import {
  AutoScalingClient,
  CompleteLifecycleActionCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeAutoScalingInstancesCommand,
  RecordLifecycleActionHeartbeatCommand,
  SetDesiredCapacityCommand,
  SetInstanceHealthCommand,
  SetInstanceProtectionCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import { afterEach, expect, test } from "vitest";
import { ScalingGroup } from "../../../../scripts/local/autoscaling/group.ts";
import { autoScalingService } from "../../../../scripts/local/autoscaling/service.ts";
import { VirtualClock } from "../../../../scripts/local/clock/clock.ts";
import { startTestCloud } from "../../../support/cloud.ts";

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function setup() {
  const clock = new VirtualClock();
  const calls: string[] = [];
  let count = 0;
  const group = new ScalingGroup({
    name: "fleet",
    min: 0,
    max: 3,
    hook: { name: "drain", timeoutSeconds: 60 },
    zones: ["a", "b"],
    instanceType: "local",
    clock,
    newInstanceId: () => `i-${++count}`,
    launcher: {
      launch: async ({ id }) => void calls.push(`launch ${id}`),
      terminate: async (id, graceMs) => void calls.push(`terminate ${id} ${graceMs}`),
      announce: (id, path, text) => void calls.push(`announce ${id} ${path} ${text}`),
    },
    onError: (error) => {
      throw error;
    },
  });
  const cloud = await startTestCloud({ clock, extraServices: [autoScalingService(group)] });
  const client = new AutoScalingClient({ ...cloud.settings, maxAttempts: 1 });
  ends.push(
    () => cloud.close(),
    async () => client.destroy(),
  );
  const desire = (DesiredCapacity: number) =>
    client.send(new SetDesiredCapacityCommand({ AutoScalingGroupName: "fleet", DesiredCapacity }));
  const hook = {
    AutoScalingGroupName: "fleet",
    LifecycleHookName: "drain",
    LifecycleActionResult: "CONTINUE",
  };
  const states = async () => {
    const { AutoScalingGroups } = await client.send(new DescribeAutoScalingGroupsCommand({}));
    return AutoScalingGroups?.[0]?.Instances?.map((one) => `${one.InstanceId} ${one.LifecycleState}`) ?? [];
  };
  return { clock, calls, group, client, desire, hook, states };
}

test("a higher desired capacity launches instances, which go into service", async () => {
  const { calls, desire, states } = await setup();
  await desire(2);
  expect(calls).toEqual(["launch i-1", "launch i-2"]);
  expect(await states()).toEqual(["i-1 InService", "i-2 InService"]);
});

test("a capacity outside the bounds is refused and changes nothing", async () => {
  const { calls, desire } = await setup();
  await expect(desire(4)).rejects.toMatchObject({ name: "ValidationError" });
  expect(calls).toEqual([]);
});

test("on scale-in the instance gets an announcement, waits for its hook, and ends when the worker completes it", async () => {
  const { calls, client, desire, hook, states } = await setup();
  await desire(1);
  await desire(0);
  expect(await states()).toEqual(["i-1 Terminating:Wait"]);
  expect(calls.at(-1)).toBe("announce i-1 autoscaling/target-lifecycle-state Terminated");
  await client.send(new CompleteLifecycleActionCommand({ ...hook, InstanceId: "i-1" }));
  expect(calls.at(-1)).toBe("terminate i-1 10000");
  expect(await states()).toEqual([]);
});

test("completing a hook twice, or for an unknown instance, is a validation error", async () => {
  const { client, desire, hook } = await setup();
  await desire(1);
  await expect(
    client.send(new CompleteLifecycleActionCommand({ ...hook, InstanceId: "i-1" })),
  ).rejects.toMatchObject({ name: "ValidationError" });
});

test("a hook that nobody completes times out; a heartbeat restarts the timeout", async () => {
  const { clock, client, desire, hook, states } = await setup();
  await desire(1);
  await desire(0);
  clock.advance(59_000);
  await client.send(new RecordLifecycleActionHeartbeatCommand({ ...hook, InstanceId: "i-1" }));
  clock.advance(59_000);
  expect(await states()).toEqual(["i-1 Terminating:Wait"]);
  clock.advance(1000);
  expect(await states()).toEqual([]);
});

test("scale-in skips a protected instance", async () => {
  const { client, desire, states } = await setup();
  await desire(2);
  await client.send(
    new SetInstanceProtectionCommand({
      AutoScalingGroupName: "fleet",
      InstanceIds: ["i-1"],
      ProtectedFromScaleIn: true,
    }),
  );
  await desire(1);
  expect(await states()).toEqual(["i-1 InService", "i-2 Terminating:Wait"]);
});

test("an instance that is ended without lowering the capacity is replaced", async () => {
  const { client, desire, states } = await setup();
  await desire(1);
  await client.send(
    new TerminateInstanceInAutoScalingGroupCommand({
      InstanceId: "i-1",
      ShouldDecrementDesiredCapacity: false,
    }),
  );
  expect(await states()).toEqual(["i-1 Terminating:Wait", "i-2 InService"]);
});

test("a spot reclaim gives notice, ends the instance on time whatever the hook says, and replaces it", async () => {
  const { clock, calls, group, desire, states } = await setup();
  await desire(1);
  group.reclaim("i-1", 39);
  const time = new Date(clock.now() + 39_000).toISOString().replace(".000Z", "Z");
  expect(calls.at(-1)).toBe(`announce i-1 spot/instance-action {"action":"terminate","time":"${time}"}`);
  clock.advance(39_000);
  expect(calls.slice(-2)).toEqual(["terminate i-1 0", "launch i-2"]);
  expect(await states()).toEqual(["i-2 InService"]);
});

test("an action that is not implemented answers NotImplemented", async () => {
  const { client } = await setup();
  const { PutScalingPolicyCommand } = await import("@aws-sdk/client-auto-scaling");
  await expect(
    client.send(new PutScalingPolicyCommand({ AutoScalingGroupName: "fleet", PolicyName: "x" })),
  ).rejects.toMatchObject({ name: "NotImplemented" });
});

test("groups and instances are described by name and id when these are given", async () => {
  const { client, desire } = await setup();
  await desire(2);
  const groups = async (...AutoScalingGroupNames: string[]) =>
    (await client.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames }))).AutoScalingGroups;
  expect([(await groups("fleet", "x"))?.length, (await groups("x"))?.length ?? 0]).toEqual([1, 0]);
  const { AutoScalingInstances } = await client.send(
    new DescribeAutoScalingInstancesCommand({ InstanceIds: ["i-2", "i-9"] }),
  );
  expect(AutoScalingInstances?.map((one) => one.InstanceId)).toEqual(["i-2"]);
});

test("an instance reported as unhealthy is ended through its hook and replaced", async () => {
  const { client, desire, states } = await setup();
  await desire(1);
  await client.send(new SetInstanceHealthCommand({ InstanceId: "i-1", HealthStatus: "Healthy" }));
  expect(await states()).toEqual(["i-1 InService"]);
  await client.send(new SetInstanceHealthCommand({ InstanceId: "i-1", HealthStatus: "Unhealthy" }));
  expect(await states()).toEqual(["i-1 Terminating:Wait", "i-2 InService"]);
  const unknown = new SetInstanceHealthCommand({ InstanceId: "i-9", HealthStatus: "Unhealthy" });
  await expect(client.send(unknown)).rejects.toMatchObject({ name: "ValidationError" });
});

test("a failed launch is repeated after a pause, not at once", async () => {
  const clock = new VirtualClock();
  let launches = 0;
  const group = new ScalingGroup({
    name: "fleet",
    min: 1,
    max: 1,
    hook: { name: "drain", timeoutSeconds: 60 },
    zones: ["a"],
    instanceType: "local",
    clock,
    newInstanceId: () => `i-${launches}`,
    launcher: {
      launch: async () => {
        launches += 1;
        if (launches < 3) throw new Error("no room");
      },
      terminate: async () => undefined,
      announce: () => undefined,
    },
    onError: () => undefined,
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const seen: number[] = [];
  for (const ms of [0, 4_999, 1, 5_000, 60_000]) {
    clock.advance(ms);
    await settle();
    seen.push(launches);
  }
  expect(seen).toEqual([1, 1, 2, 3, 3]);
  expect(group.instances.map((one) => one.state)).toEqual(["InService"]);
});

test("an instance ended with the capacity drains, is not replaced, and no other one leaves", async () => {
  const { client, desire, group, states } = await setup();
  await desire(3);
  const end = { InstanceId: "i-2", ShouldDecrementDesiredCapacity: true };
  await client.send(new TerminateInstanceInAutoScalingGroupCommand(end));
  expect(await states()).toEqual(["i-1 InService", "i-2 Terminating:Wait", "i-3 InService"]);
  expect(group.desired).toBe(2);
});

test("the capacity does not fall below the minimum, in Auto Scaling's words", async () => {
  const { client, group, states } = await setup();
  group.setBounds({ min: 1, max: 3 });
  const end = { InstanceId: "i-1", ShouldDecrementDesiredCapacity: true };
  await expect(client.send(new TerminateInstanceInAutoScalingGroupCommand(end))).rejects.toMatchObject({
    name: "ValidationError",
    message: expect.stringContaining("desiredSize equals minSize (1)"),
  });
  expect(await states()).toEqual(["i-1 InService"]);
});
