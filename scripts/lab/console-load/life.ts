// What is in a large fleet beside its ledger: dead letters in their queues, waiting messages, workers that announce themselves and
// some that died, and metrics of the last half hour.
import { deadLetterQueueName, queueName } from "../../../worker/fleet/resources.ts";
import {
  type Stage,
  type StagedMetric,
  stageMessages,
  stageMetrics,
  stageWorker,
} from "../staged/staged-fleet.ts";
import type { LoadSize } from "./rows.ts";

const counts = { workers: 60, deadWorkers: 40, slots: 8 } as const;

/** Adds it. */
export async function addLife(stage: Stage, { dead, waiting, groups }: LoadSize, now: number): Promise<void> {
  const { fleet } = stage.names;
  const [kind = ""] = stage.kinds;
  stageMessages(stage, deadLetterQueueName(fleet, kind), dead, groups);
  stageMessages(stage, queueName(fleet, kind), waiting, groups);
  stageMetrics(stage, metricsOf(stage), now);
  await Promise.all(
    Array.from({ length: counts.workers + counts.deadWorkers }, (_, index) => addWorker(stage, index, now)),
  );
}

function metricsOf({ names: { fleet }, kinds }: Stage): StagedMetric[] {
  const common = { namespace: "FifoFleet" as const, at: () => 20 };
  const ofFleet = ["Visible", "InFlight", "Dead", "Wanted"].map((name) => ({
    ...{ ...common, name },
    dimensions: { Fleet: fleet },
  }));
  const ofKinds = kinds.flatMap((kind) =>
    ["Completed", "Retried", "Wait", "Run"].map((name) => ({
      ...{ ...common, name, unit: "Milliseconds" as const },
      dimensions: { Fleet: fleet, Kind: kind },
    })),
  );
  return [...ofFleet, ...ofKinds];
}

/** Live workers stay so for an hour; those that died announced themselves last five minutes ago. */
function addWorker(stage: Stage, index: number, now: number): Promise<void> {
  const died = index >= counts.workers;
  const [kind = ""] = stage.kinds;
  const running = Array.from({ length: died ? 0 : counts.slots }, (_, slot) => ({
    jobId: `${kind}/${String(index * 100 + slot).padStart(40, "0")}`,
    ...{ kind, group: `group-${index}-${slot}`, slots: 1, leaseSeconds: 55 },
    since: new Date(now - slot * 1000).toISOString(),
  }));
  const id = `i-${String(index).padStart(17, "0")}`;
  const seen = died ? { secondsAgo: 300, everySeconds: 5 } : { secondsAgo: 0, everySeconds: 1200 };
  return stageWorker(stage, { id, running, idleSlots: 0, ...seen }, now);
}
