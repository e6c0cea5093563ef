// The drills that act on the whole fleet: every instance is replaced under load, and EC2 has no spot instance to give.
import {
  type AutoScalingClient,
  DescribeInstanceRefreshesCommand,
  StartInstanceRefreshCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import { refreshPreferences } from "../../../infra/rollout/preferences.ts";
import { systemClock } from "../../../worker/fleet/clock.ts";
import type { FleetState, LocalControl } from "../../control/local-control.ts";
import type { FleetStatus } from "../../status/fleet-status.ts";
import { within } from "../within.ts";
import type { FleetDrillName } from "./arguments.ts";
import { chooseWorker, requestTwoWorkers } from "./choose-worker.ts";
import type { Feed } from "./feed.ts";
import {
  type FleetDrillResult,
  type NoCapacityFacts,
  problemsOfFleet,
  type RolloutFacts,
} from "./fleet-result.ts";
import type { WatchedLog } from "./watched-log.ts";

/** What such a drill works with. */
export type FleetDrillParts = {
  fleet: string;
  control: LocalControl;
  autoScaling: AutoScalingClient;
  status: () => Promise<FleetStatus>;
  log: WatchedLog;
  feed: Feed;
  signal: AbortSignal;
  progress: (line: string) => void;
};

/** A step may take so long on a busy laptop, seconds. */
const patienceSeconds = 180;

/** Runs a drill on the fleet. @throws FleetError when no worker takes work or the system goes away */
export async function fleetDrill(drill: FleetDrillName, parts: FleetDrillParts): Promise<FleetDrillResult> {
  const { control, feed, progress, signal } = parts;
  progress("feeding pictures until the workers are busy");
  await requestTwoWorkers(parts);
  feed.start();
  await chooseWorker(parts);
  const facts =
    drill === "rollout" ? { rollout: await rollout(parts) } : { noCapacity: await noCapacity(parts) };
  signal.throwIfAborted();
  progress("waiting for the outcome of every picture");
  const jobs = await feed.stop(patienceSeconds);
  const { exits } = await control.fleet();
  const result = { v: 1, drill, fleet: parts.fleet, ...facts, jobs } as const;
  return { ...result, problems: problemsOfFleet(result, exits) };
}

/** In service, with a running worker. */
const serving = ({ instances }: FleetState) =>
  instances.filter(({ state, process }) => state === "InService" && process !== null);

async function rollout(parts: FleetDrillParts): Promise<RolloutFacts> {
  const { control, autoScaling, status, progress, signal } = parts;
  const before = await control.fleet();
  const version = `drill-${Date.now().toString(36)}`;
  await control.newTemplate({ FLEET_VERSION: version });
  const begun = systemClock.monotonic();
  const { InstanceRefreshId: id = "" } = await autoScaling.send(
    new StartInstanceRefreshCommand({
      AutoScalingGroupName: before.group,
      // The deployment's own preferences; a laptop's checkpoint and warm-up are as short as its boots.
      Preferences: {
        ...refreshPreferences,
        CheckpointPercentages: [...refreshPreferences.CheckpointPercentages],
        CheckpointDelay: 2,
        InstanceWarmup: 0,
      },
    }),
  );
  progress(`version ${version} replaces ${before.instances.length} instances`);
  let fewest = Number.POSITIVE_INFINITY;
  let outcome = "InProgress";
  await within(patienceSeconds, signal, async () => {
    fewest = Math.min(fewest, serving(await control.fleet()).length);
    const { InstanceRefreshes } = await autoScaling.send(
      new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: before.group, InstanceRefreshIds: [id] }),
    );
    outcome = InstanceRefreshes?.[0]?.Status ?? "unknown";
    return !["Pending", "InProgress"].includes(outcome);
  });
  const seconds = since(begun);
  const after = await control.fleet();
  const old = before.instances.map((instance) => instance.id);
  let versions: string[] = [];
  // A new worker announces itself within seconds.
  await within(30, signal, async () => {
    versions = versionsOf(await status());
    return versions.length === 1 && versions[0] === version;
  });
  return {
    ...{ version, outcome, seconds, replaced: old.length, fewestServing: fewest, versions },
    left: after.instances.filter((instance) => old.includes(instance.id)).length,
    oldProcesses: before.instances.flatMap(({ process }) => process ?? []),
  };
}

/** What the workers run that are at work. */
function versionsOf({ workers }: FleetStatus): string[] {
  const atWork = workers.filter(({ state }) => state === "ready" || state === "cautious");
  return [...new Set(atWork.map(({ version = "unknown" }) => version))].sort();
}

async function noCapacity(parts: FleetDrillParts): Promise<NoCapacityFacts> {
  const { control, autoScaling, status, progress } = parts;
  const { instances } = await control.fleet();
  const facts: NoCapacityFacts = { verdict: null, standIns: null, spotAgain: null, standInsGone: null };
  progress("EC2 has no spot instance any more, and those that run are ended");
  await control.refuseLaunches(["spot"]);
  try {
    for (const { id } of instances)
      await autoScaling.send(
        new TerminateInstanceInAutoScalingGroupCommand({
          InstanceId: id,
          ShouldDecrementDesiredCapacity: false,
        }),
      );
    facts.verdict = await secondsUntil(parts, async () => (await status()).verdict === "no-capacity");
    progress("waiting for on-demand instances to stand in");
    facts.standIns = await secondsUntil(parts, async () => (await inGroup(control, "on-demand")).length > 0);
  } finally {
    await control.refuseLaunches([]);
  }
  progress("EC2 has spot instances again");
  const begun = systemClock.monotonic();
  facts.spotAgain = await secondsUntil(parts, async () => (await inGroup(control, "spot")).length > 0, begun);
  const gone = async () =>
    (await control.fleet()).onDemand.desired === 0 && (await inGroup(control, "on-demand")).length === 0;
  facts.standInsGone = await secondsUntil(parts, gone, begun);
  return facts;
}

async function inGroup(control: LocalControl, market: "spot" | "on-demand") {
  const fleet = await control.fleet();
  const name = market === "spot" ? fleet.group : fleet.onDemand.group;
  return serving(fleet).filter(({ group }) => group === name);
}

const since = (begun: number): number => (systemClock.monotonic() - begun) / 1000;

/** Seconds until it is so; null when it is not within patience. */
async function secondsUntil(
  parts: FleetDrillParts,
  isSo: () => Promise<boolean>,
  begun = systemClock.monotonic(),
): Promise<number | null> {
  return (await within(patienceSeconds, parts.signal, isSo)) ? since(begun) : null;
}
