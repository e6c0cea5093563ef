// The function behind a deployment's rollout, against a local Auto Scaling and a server that stands for CloudFormation.
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { expect, onTestFinished, test } from "vitest";
import { type DeploymentRequest, onDeployment } from "../../infra/rollout/deployment.ts";
import { refreshWithinSeconds } from "../../infra/rollout/preferences.ts";
import { ScalingGroup } from "../../scripts/local/autoscaling/group.ts";
import { autoScalingService } from "../../scripts/local/autoscaling/service.ts";
import { VirtualClock } from "../../scripts/local/clock/clock.ts";
import { startTestCloud } from "../support/cloud.ts";
import { cloudFormation } from "../support/cloud-formation.ts";

/** Two groups, workers that get ready unless they run a version that is `broken`, and one deployment after another. */
async function setup({ isBroken = false, isRollback = false, callMs = 900_000 } = {}) {
  const clock = new VirtualClock();
  let launched = 0;
  const groupOf = (name: string) =>
    new ScalingGroup({
      ...{ name, min: 0, max: 9, zones: ["a"], instanceType: "local", clock },
      hook: { name: "drain", timeoutSeconds: 300 },
      launchHook: { name: "ready", timeoutSeconds: 900 },
      newInstanceId: () => `i-${++launched}`,
      launcher: { launch: async () => {}, terminate: async () => {}, announce: () => {} },
      onError: (error) => {
        throw error;
      },
    });
  const groups = [groupOf("f-workers"), groupOf("f-workers-on-demand")];
  const work = () => {
    for (const group of groups)
      for (const { id, state, template } of group.instances) {
        const ready = template.version === 1 || !isBroken;
        if (state === "Pending:Wait" && ready) group.completeLifecycleAction(id, "ready");
        if (state === "Terminating:Wait") group.completeLifecycleAction(id);
      }
  };
  const cloud = await startTestCloud({ clock, extraServices: [autoScalingService(...groups)] });
  const client = new AutoScalingClient({ ...cloud.settings, maxAttempts: 1 });
  onTestFinished(async () => {
    client.destroy();
    await cloud.close();
  });
  const { answers, url } = await cloudFormation();
  const calls: DeploymentRequest[] = [];
  const pass = (ms: number) => {
    for (let left = ms; left > 0; left -= 1000) {
      clock.advance(1000);
      work();
    }
  };
  const handle = async (request: DeploymentRequest) => {
    const begun = clock.now();
    await onDeployment(request, {
      client,
      isRollback: async () => isRollback,
      callAgain: async (again) => void calls.push(JSON.parse(JSON.stringify(again))),
      remainingMs: () => callMs - (clock.now() - begun),
      now: () => clock.now(),
      sleep: async (ms) => pass(ms),
      log: () => {},
    });
  };
  const request = (RequestType: DeploymentRequest["RequestType"]): DeploymentRequest => ({
    RequestType,
    ResponseURL: url,
    StackId: "arn:stack",
    RequestId: "r-1",
    LogicalResourceId: "Instances",
    PhysicalResourceId: "p-1",
    ResourceProperties: { Groups: groups.map(({ options }) => options.name) },
  });
  return { groups, answers, calls, pass, handle, request, clock };
}

const versionsOf = (groups: readonly ScalingGroup[]) =>
  groups.flatMap(({ instances }) => instances.map(({ template }) => template.version));

test("an update replaces the instances of all groups and answers when the last one is replaced", async () => {
  const { groups, answers, handle, request, pass } = await setup();
  groups[0]?.setDesired(3, "the test");
  groups[1]?.setDesired(1, "the test");
  pass(5_000);
  for (const group of groups) group.newTemplate({});
  await handle(request("Update"));
  expect(answers).toEqual([expect.objectContaining({ Status: "SUCCESS", PhysicalResourceId: "p-1" })]);
  expect(versionsOf(groups)).toEqual([2, 2, 2, 2]);
});

test("a fleet at rest has nothing to replace, so the deployment does not wait", async () => {
  const { answers, handle, request, clock } = await setup();
  const begun = clock.now();
  await handle(request("Update"));
  expect([answers[0]?.Status, clock.now() - begun]).toEqual(["SUCCESS", 0]);
});

test.each(["Create", "Delete"] as const)("%s replaces nothing", async (type) => {
  const { groups, answers, handle, request, pass } = await setup();
  groups[0]?.setDesired(1, "the test");
  pass(5_000);
  groups[0]?.newTemplate({});
  await handle(request(type));
  expect([answers[0]?.Status, versionsOf(groups)]).toEqual(["SUCCESS", [1]]);
});

test("a version that never gets ready fails the deployment, which says why, and the old instances still serve", async () => {
  const { groups, answers, handle, request, pass } = await setup({ isBroken: true });
  groups[0]?.setDesired(2, "the test");
  pass(5_000);
  groups[0]?.newTemplate({});
  await handle(request("Update"));
  expect(answers).toEqual([
    expect.objectContaining({
      Status: "FAILED",
      Reason: expect.stringMatching(/f-workers .*Failed; no replacement/),
    }),
  ]);
  const serving = groups[0]?.instances.filter(({ state }) => state === "InService") ?? [];
  expect(serving.map(({ template }) => template.version)).toEqual([1, 1]);
});

test("on the way back nothing is waited for, so that a failed deployment always comes to its end", async () => {
  const { groups, answers, handle, request, pass, clock } = await setup({ isRollback: true, isBroken: true });
  groups[0]?.setDesired(1, "the test");
  pass(5_000);
  groups[0]?.newTemplate({});
  const begun = clock.now();
  await handle(request("Update"));
  expect([answers[0]?.Status, clock.now() - begun]).toEqual(["SUCCESS", 0]);
});

test("what an earlier deployment began is cancelled, and the newest version wins", async () => {
  const { groups, answers, handle, request, pass } = await setup({ callMs: 70_000 });
  groups[0]?.setDesired(4, "the test");
  pass(5_000);
  groups[0]?.newTemplate({});
  // This call has no time to wait for the end.
  await handle(request("Update"));
  groups[0]?.newTemplate({});
  const second = { ...request("Update"), RequestId: "r-2" };
  await handle(second);
  pass(600_000);
  expect(versionsOf(groups)).toEqual([3, 3, 3, 3]);
  expect(answers.every(({ Status }) => Status === "SUCCESS")).toBe(true);
});

test("a call that runs out of time calls the function again, which answers once at the end", async () => {
  const { groups, answers, calls, handle, request, pass } = await setup({ callMs: 75_000 });
  groups[0]?.setDesired(5, "the test");
  pass(5_000);
  groups[0]?.newTemplate({});
  await handle(request("Update"));
  let rounds = 0;
  for (let next = calls.shift(); next !== undefined; next = calls.shift()) {
    expect(answers).toEqual([]);
    await handle(next);
    rounds += 1;
  }
  expect(rounds).toBeGreaterThan(1);
  expect(answers.map(({ Status }) => Status)).toEqual(["SUCCESS"]);
  expect(versionsOf(groups)).toEqual([2, 2, 2, 2, 2]);
});

test("the deployment does not wait longer than CloudFormation would; the refresh goes on without it", async () => {
  const { groups, answers, calls, handle, request, pass, clock } = await setup({ callMs: 65_000 });
  groups[0]?.setDesired(5, "the test");
  pass(5_000);
  groups[0]?.newTemplate({});
  await handle(request("Update"));
  const [again] = calls;
  if (again?.waiting === undefined) throw new Error("the refresh was over at once");
  const begun = clock.now();
  await handle({ ...again, waiting: { ...again.waiting, since: begun - refreshWithinSeconds * 1000 } });
  expect([answers[0]?.Status, clock.now() - begun]).toEqual(["SUCCESS", 0]);
  expect(versionsOf(groups)).toContain(1);
  pass(600_000);
  expect(versionsOf(groups)).toEqual([2, 2, 2, 2, 2]);
});
