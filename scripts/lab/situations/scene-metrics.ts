// How the last half hour of a scene looks in CloudWatch.
import { queueName } from "../../../worker/fleet/resources.ts";
import type { Stage, StagedMetric } from "../staged/staged-fleet.ts";
import { busySlots, runSeconds, type Scene } from "./scenes.ts";

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
  const works = (ago: number) => (scene.completed(ago) > 0 ? 1 : 0);
  /** Runs are measured while there are any. */
  const measured = (ago: number, value: number) => (works(ago) === 1 ? value : undefined);
  const runMs = runSeconds(scene) * 1000;
  const oldest = scene.queues[0]?.oldestSeconds ?? 0;
  /** What a job that is taken then has waited: all before it, but not longer than anything has. */
  const waitSeconds = (ago: number) =>
    Math.min((scene.backlog(ago) * 10) / Math.max(1, scene.completed(ago)), Math.max(2, oldest - ago));
  return [
    ...[
      ofFleet("Visible", scene.backlog),
      ofFleet("InFlight", (ago) => works(ago) * (busySlots(scene) || 8)),
    ],
    ...[ofFleet("Dead", () => scene.queues[0]?.dead ?? 0), ofFleet("Wanted", wanted)],
    ...[ofGroup("GroupDesiredCapacity", wanted), ofGroup("GroupInServiceInstances", inService)],
    ofKind("Completed", scene.completed),
    ofKind("Run", (ago) => measured(ago, runMs * (0.9 + 0.2 * Math.abs(Math.sin(ago / 61)))), "Milliseconds"),
    ofKind("Wait", (ago) => measured(ago, waitSeconds(ago) * 1000), "Milliseconds"),
    {
      ...{ namespace: "AWS/SQS", name: "ApproximateNumberOfMessagesVisible", at: scene.backlog },
      dimensions: { QueueName: queueName(fleet, kind) },
    },
  ];
}
