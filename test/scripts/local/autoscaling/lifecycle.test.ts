// The local group does as Auto Scaling does with a new instance, a refused launch and an instance refresh.
import {
  AutoScalingClient,
  CancelInstanceRefreshCommand,
  CompleteLifecycleActionCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  DescribeScalingActivitiesCommand,
  SetDesiredCapacityCommand,
  StartInstanceRefreshCommand,
} from "@aws-sdk/client-auto-scaling";
import { expect, onTestFinished, test } from "vitest";
import { refreshPreferences } from "../../../../infra/rollout/preferences.ts";
import { ScalingGroup } from "../../../../scripts/local/autoscaling/group.ts";
import { autoScalingService } from "../../../../scripts/local/autoscaling/service.ts";
import { VirtualClock } from "../../../../scripts/local/clock/clock.ts";
import { startTestCloud } from "../../../support/cloud.ts";

/** A group with both hooks. Workers complete the launch hook when `ready` says so, and the drain hook at once. */
async function setup({ ready = () => true }: { ready?: (id: string) => boolean } = {}) {
  const clock = new VirtualClock();
  const launched: string[] = [];
  const drains = new Set<string>();
  const group: ScalingGroup = new ScalingGroup({
    name: "fleet",
    min: 0,
    max: 6,
    hook: { name: "drain", timeoutSeconds: 300 },
    launchHook: { name: "ready", timeoutSeconds: 900 },
    zones: ["a"],
    instanceType: "local",
    clock,
    newInstanceId: () => `i-${launched.length + 1}`,
    launcher: {
      launch: async ({ id }) => void launched.push(id),
      terminate: async () => undefined,
      announce: (id) => void drains.add(id),
    },
    onError: (error) => {
      throw error;
    },
  });
  const cloud = await startTestCloud({ clock, extraServices: [autoScalingService(group)] });
  const client = new AutoScalingClient({ ...cloud.settings, maxAttempts: 1 });
  onTestFinished(async () => {
    client.destroy();
    await cloud.close();
  });
  const AutoScalingGroupName = "fleet";
  const complete = (InstanceId: string, LifecycleHookName: string, LifecycleActionResult = "CONTINUE") =>
    client.send(
      new CompleteLifecycleActionCommand({
        AutoScalingGroupName,
        LifecycleHookName,
        InstanceId,
        LifecycleActionResult,
      }),
    );
  return {
    clock,
    group,
    client,
    launched,
    complete,
    desire: (DesiredCapacity: number) =>
      client.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity })),
    states: async () => {
      const { AutoScalingGroups } = await client.send(new DescribeAutoScalingGroupsCommand({}));
      return AutoScalingGroups?.[0]?.Instances?.map((one) => `${one.InstanceId} ${one.LifecycleState}`) ?? [];
    },
    /** Time passes in steps of a second, in which workers get ready and drain. */
    pass: (seconds: number, each = () => {}) => {
      for (let second = 0; second < seconds; second += 1) {
        clock.advance(1000);
        for (const { id, state } of group.instances) {
          if (state === "Pending:Wait" && ready(id)) group.completeLifecycleAction(id, "ready", "CONTINUE");
          if (state === "Terminating:Wait") group.completeLifecycleAction(id, "drain", "CONTINUE");
        }
        each();
      }
    },
    refresh: async (preferences: Record<string, unknown> = {}) => {
      const Preferences = { ...refreshPreferences, CheckpointPercentages: [20, 100], ...preferences };
      return client.send(new StartInstanceRefreshCommand({ AutoScalingGroupName, Preferences }));
    },
    status: async () => {
      const { InstanceRefreshes } = await client.send(
        new DescribeInstanceRefreshesCommand({ AutoScalingGroupName }),
      );
      return InstanceRefreshes?.[0];
    },
  };
}

test("a new instance waits for its worker and is in service only when that is ready", async () => {
  const { desire, states, complete } = await setup();
  await desire(1);
  expect(await states()).toEqual(["i-1 Pending:Wait"]);
  await complete("i-1", "ready");
  expect(await states()).toEqual(["i-1 InService"]);
});

test("a worker that is started again finds no launch action to complete", async () => {
  const { desire, complete } = await setup();
  await desire(1);
  await complete("i-1", "ready");
  await expect(complete("i-1", "ready")).rejects.toMatchObject({ name: "ValidationError" });
});

test("an instance whose worker never gets ready is abandoned after the hook's time, and another is launched", async () => {
  const { clock, desire, states } = await setup();
  await desire(1);
  clock.advance(899_000);
  expect(await states()).toEqual(["i-1 Pending:Wait"]);
  clock.advance(1_000);
  expect(await states()).toEqual([]);
  clock.advance(5_000);
  expect(await states()).toEqual(["i-2 Pending:Wait"]);
});

test("an instance that gives itself up is replaced at once, not after the hook's time", async () => {
  const { clock, desire, states, complete } = await setup();
  await desire(1);
  await complete("i-1", "ready", "ABANDON");
  clock.advance(5_000);
  expect(await states()).toEqual(["i-2 Pending:Wait"]);
});

test("launches that EC2 refuses leave failed activities with its message, and succeed once it has capacity", async () => {
  const { clock, group, client, desire, states } = await setup();
  group.refuseLaunches("There is no Spot capacity available that matches your request.");
  await desire(2);
  clock.advance(11_000);
  expect(await states()).toEqual([]);
  const { Activities = [] } = await client.send(
    new DescribeScalingActivitiesCommand({ AutoScalingGroupName: "fleet" }),
  );
  expect(Activities.map(({ StatusCode }) => StatusCode)).toEqual(["Failed", "Failed", "Failed"]);
  expect(Activities[0]?.StatusMessage).toMatch(/no Spot capacity/);
  group.refuseLaunches(undefined);
  clock.advance(5_000);
  expect(await states()).toHaveLength(2);
});

test("a refresh replaces every instance of another launch template, and capacity never falls below the desired one", async () => {
  const { group, desire, pass, refresh, status } = await setup();
  await desire(4);
  pass(3);
  group.newTemplate({ FLEET_VERSION: "2" });
  await refresh();
  const serving: number[] = [];
  const all: number[] = [];
  pass(600, () => {
    serving.push(group.instances.filter(({ state }) => state === "InService").length);
    all.push(group.instances.length);
  });
  expect(Math.min(...serving)).toBe(4);
  // 150 % of four, and two that drain.
  expect(Math.max(...all)).toBeLessThanOrEqual(8);
  expect(group.instances.map(({ template }) => template.version)).toEqual([2, 2, 2, 2]);
  expect(await status()).toMatchObject({
    Status: "Successful",
    PercentageComplete: 100,
    InstancesToUpdate: 0,
  });
});

test("a refresh of one instance starts the new one before the old one drains", async () => {
  const { group, desire, pass, refresh } = await setup();
  await desire(1);
  pass(3);
  group.newTemplate({});
  await refresh();
  const serving: number[] = [];
  pass(120, () => serving.push(group.instances.filter(({ state }) => state === "InService").length));
  expect(Math.min(...serving)).toBe(1);
  expect(group.instances.map(({ id, state }) => `${id} ${state}`)).toEqual(["i-2 InService"]);
});

test("a refresh waits after its checkpoint and goes no further meanwhile", async () => {
  const { group, desire, pass, refresh, status } = await setup();
  await desire(5);
  pass(3);
  group.newTemplate({});
  await refresh();
  pass(100);
  expect(await status()).toMatchObject({
    Status: "InProgress",
    PercentageComplete: 20,
    InstancesToUpdate: 4,
  });
  pass(300);
  expect(await status()).toMatchObject({ Status: "Successful" });
});

test("a refresh whose new instances never get ready replaces nothing and fails", async () => {
  const { group, desire, pass, refresh, status } = await setup({
    ready: (id) => ["i-1", "i-2"].includes(id),
  });
  await desire(2);
  pass(3);
  group.newTemplate({});
  await refresh();
  pass(610);
  expect(await status()).toMatchObject({ Status: "Failed" });
  expect(group.instances.filter(({ state }) => state === "InService").map(({ id }) => id)).toEqual([
    "i-1",
    "i-2",
  ]);
});

test("a second refresh is refused while one is in progress; a cancelled one replaces nothing more", async () => {
  const { group, client, desire, pass, refresh, status } = await setup();
  await desire(3);
  pass(3);
  group.newTemplate({});
  await refresh();
  await expect(refresh()).rejects.toMatchObject({ name: "InstanceRefreshInProgressFault" });
  await client.send(new CancelInstanceRefreshCommand({ AutoScalingGroupName: "fleet" }));
  pass(5);
  expect(await status()).toMatchObject({ Status: "Cancelled" });
  pass(120);
  expect(group.instances.map(({ template }) => template.version)).toEqual([1, 1, 1]);
});

test("instances that the launch template started already are left alone, and nothing to replace is a success", async () => {
  const { group, desire, pass, refresh, status } = await setup();
  await desire(2);
  pass(3);
  await refresh();
  pass(5);
  expect(await status()).toMatchObject({ Status: "Successful", InstancesToUpdate: 0 });
  expect(group.instances.map(({ id }) => id)).toEqual(["i-1", "i-2"]);
});

test("what the local refresh cannot do is refused", async () => {
  const { refresh } = await setup();
  await expect(refresh({ AutoRollback: true })).rejects.toMatchObject({ name: "NotImplemented" });
  await expect(refresh({ AlarmSpecification: { Alarms: ["a"] } })).rejects.toMatchObject({
    name: "NotImplemented",
  });
});
