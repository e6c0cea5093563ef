// One look at the fleet: counts queues, reads workers and group, decides, ends the emptiest where it shrinks, and leaves what
// was learned for the next look. The group grows by an alarm on the line that is printed afterwards.
import type { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { emptiest } from "../../infra/scaling/emptiest.ts";
import { historyOf, noteDesired, remember, type ScalingMemory } from "../../infra/scaling/memory.ts";
import type { ScalingDecision, ScalingPolicy } from "../../infra/scaling/policy.ts";
import { decideCapacity } from "../../infra/scaling-policy.ts";
import { type Arrivals, arrivalsSince } from "./arrivals.ts";
import { readAskedSize } from "./asked-size.ts";
import { type FleetFigures, figuresOf } from "./fleet-figures.ts";
import { type PresentWorker, presentWorkers } from "./present-workers.ts";
import type { QueueCounts } from "./queue-counts.ts";
import type { ScalingConfig } from "./scaling-config.ts";
import { readLearned, type ShownDecision, withChange, writeDecision } from "./scaling-row.ts";
import { endInstances, type GroupState, lowerDesired, readGroup } from "./worker-group.ts";

export type LookOptions = {
  config: Pick<ScalingConfig, "names" | "group" | "policy" | "targetWaits"> &
    Partial<Pick<ScalingConfig, "standInGroup">>;
  count: () => Promise<QueueCounts>;
  autoScaling: AutoScalingClient;
  db: DynamoDBDocumentClient;
  /** Epoch milliseconds. */
  now: () => number;
};

/** What a look found and decided. */
export type Look = { counts: QueueCounts; arrived: Arrivals; decision: ShownDecision; ended: number };

/**
 * Looks once; undefined when a newer decision is there already. It rejects when anything cannot be read: half the figures
 * would mislead, and without a line nothing changes.
 */
export async function lookAtFleet(options: LookOptions): Promise<Look | undefined> {
  const { config, count, autoScaling, db, now } = options;
  const { names, group: name, standInGroup } = config;
  const place = { table: names.tables.scaling, fleet: names.fleet };
  const [counts, workers, group, learned, asked] = await Promise.all([
    count(),
    presentWorkers(db, { table: names.tables.workers, fleet: names.fleet, now: now() }),
    readGroup(autoScaling, name, standInGroup),
    readLearned(db, place),
    readAskedSize(db, place, now() / 1000),
  ]);
  const figures = figuresOf({ counts, workers, group, learned, config, at: now() / 1000 });
  const { memory, decision } = decided(config.policy, figures, group, {
    before: learned.memory,
    asked: asked?.instances,
  });
  const shown = shownOf(decision, figures, group.desired);
  const ends = { dead: counts.dead, failedEvents: counts.failedEvents };
  const changes = withChange(learned.changes, shown);
  const row = { memory, known: figures.known, ends, decision: shown, changes };
  if (!(await writeDecision(db, place, row))) return undefined;
  const surplus = Math.max(0, group.desired - shown.wanted);
  const notCome = Math.min(surplus, Math.max(0, group.desired - group.instances.length));
  if (notCome > 0) await lowerDesired(autoScaling, name, group.desired - notCome);
  const leaving = emptiest(occupied(group, workers), surplus - notCome);
  const arrived = arrivalsSince(learned.ends, ends);
  return { counts, arrived, decision: shown, ended: await endInstances(autoScaling, leaving) };
}

function decided(
  settings: ScalingPolicy,
  { figures, known }: FleetFigures,
  { desired, min, max }: GroupState,
  { before, asked }: { before: ScalingMemory; asked: number | undefined },
) {
  const { slotsPerInstance = settings.slotsPerInstance } = known;
  const policy = { ...settings, min, max, slotsPerInstance };
  const now = figures.at;
  const memory = remember(policy, noteDesired(before, desired, now), figures);
  const decision = decideCapacity(policy, figures, historyOf(memory, now), { desired, now, asked });
  // A growth is noted when the group has it: until then the alarm may still fail.
  const shrinks = decision.wanted < desired;
  return { decision, memory: shrinks ? noteDesired(memory, decision.wanted, now) : memory };
}

/** The instances that stay, and what their workers hold. */
function occupied({ instances }: GroupState, workers: readonly PresentWorker[]) {
  const byInstance = Map.groupBy(workers, ({ instance }) => instance);
  return instances.map(({ id }) => {
    const [worker] = byInstance.get(id) ?? [];
    return worker === undefined ? { id } : { id, busySlots: worker.busySlots, held: worker.held };
  });
}

function shownOf(decision: ScalingDecision, { figures, groups, shownKinds }: FleetFigures, desired: number) {
  const { at, inService, busySlots, idleSlots, ended = 0 } = figures;
  return {
    at,
    ...decision,
    desired,
    gap: decision.wanted - desired,
    ...{ inService, busySlots, idleSlots, groups, ended, kinds: shownKinds },
  } satisfies ShownDecision;
}
