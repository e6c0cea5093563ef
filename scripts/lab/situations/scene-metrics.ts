// How the last half hour of a scene looks in CloudWatch.
import { deadLetterQueueName, queueName } from "../../../worker/fleet/resources.ts";
import type { Stage, StagedMetric } from "../staged/staged-fleet.ts";
import { oldestAt } from "./scene-waits.ts";
import { busySlots, diedAgo, runSeconds, type Scene } from "./scenes.ts";

/** The metrics of a scene. */
export function metricsOf({ names: { fleet } }: Stage, scene: Scene): StagedMetric[] {
  const kind = scene.queues[0]?.kind ?? "resize-image";
  const size = (ago: number) =>
    scene.changes.findLast(([changed]) => changed >= ago)?.[2] ?? scene.changes[0]?.[1];
  const wanted = (ago: number) => size(ago) ?? scene.capacity.desired;
  const inService = (ago: number) => Math.min(wanted(ago + 90), scene.capacity.inService || wanted(ago + 90));
  const ofFleet = (name: string, at: StagedMetric["at"]): StagedMetric => ({
    ...{ namespace: "FifoFleet", name, at },
    dimensions: { Fleet: fleet },
  });
  const ofGroup = (name: string, at: StagedMetric["at"]): StagedMetric => ({
    ...{ namespace: "AWS/AutoScaling", name, at },
    dimensions: { AutoScalingGroupName: `${fleet}-workers` },
  });
  const ofKind = (name: string, at: StagedMetric["at"], unit?: "Milliseconds"): StagedMetric => ({
    ...{ namespace: "FifoFleet", name, at, ...(unit && { unit }) },
    dimensions: { Fleet: fleet, Kind: kind },
  });
  const ofQueue = (
    figure: string,
    at: StagedMetric["at"],
    QueueName = queueName(fleet, kind),
  ): StagedMetric => ({
    ...{ namespace: "AWS/SQS", name: `ApproximateNumberOfMessages${figure}`, at, dimensions: { QueueName } },
  });
  const inFlight = (ago: number) =>
    scene.completed(ago) > 0 ? Math.min(busySlots(scene) || 8, 8 * inService(ago)) : 0;
  const dead = (ago: number) => (scene.queues[0]?.dead ? diedAgo.filter((died) => died >= ago).length : 0);
  /** Runs are measured while there are any: four in ten seconds. */
  const measured = (ago: number, ms: number, shares: readonly number[]) =>
    scene.completed(ago) === 0 ? undefined : shares.map((share) => ms * share);
  const runMs = (ago: number) => runSeconds(scene) * 1000 * (0.75 + 0.2 * Math.abs(Math.sin(ago / 61)));
  const waitMs = (ago: number) => 50 + 10 * Math.abs(Math.sin(ago / 7)) + oldestAt(scene, ago) * 1000;
  const { Retried, PutOff, DeadLettered } = scene.otherEnds ?? {};
  return [
    ...[ofFleet("Visible", scene.backlog), ofFleet("InFlight", inFlight)],
    ...[ofFleet("Dead", dead), ofFleet("Wanted", wanted)],
    ...[ofGroup("GroupDesiredCapacity", wanted), ofGroup("GroupInServiceInstances", inService)],
    ofKind("Completed", scene.completed),
    ...Object.entries({ Retried, PutOff, DeadLettered }).flatMap(([name, at]) =>
      at ? [ofKind(name, at)] : [],
    ),
    ofKind("Run", (ago) => measured(ago, runMs(ago), [0.8, 0.9, 1, 2]), "Milliseconds"),
    ofKind("Wait", (ago) => measured(ago, waitMs(ago), [0.7, 0.9, 0.9, 1]), "Milliseconds"),
    ...[ofQueue("Visible", scene.backlog), ofQueue("NotVisible", inFlight)],
    ofQueue("Visible", dead, deadLetterQueueName(fleet, kind)),
  ];
}
