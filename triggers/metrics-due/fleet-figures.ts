// The policy's figures from what was read at one instant. Pure.
import type { ScalingFigures } from "../../infra/scaling/figures.ts";
import { catalog, type JobKind } from "../../worker/jobs/catalog.ts";
import type { PresentWorker } from "./present-workers.ts";
import type { QueueCounts } from "./queue-counts.ts";
import type { ScalingConfig } from "./scaling-config.ts";
import type { Learned, ShownDecision } from "./scaling-row.ts";
import type { GroupState } from "./worker-group.ts";

/** What was read. */
export type Read = {
  counts: QueueCounts;
  workers: readonly PresentWorker[];
  group: GroupState;
  learned: Learned;
  config: Pick<ScalingConfig, "targetWaits">;
  /** Epoch seconds. */
  at: number;
};

/** Figures for the policy and for people. */
export type FleetFigures = {
  figures: ScalingFigures;
  known: Learned["known"];
  /** Message groups that workers hold messages of. */
  groups: number;
  shownKinds: ShownDecision["kinds"];
};

/** Runs that count as proof of a kind's length; a worker's mean fades at about as many. */
const enoughRuns = 50;

const sum = <Row>(rows: readonly Row[], of: (row: Row) => number) =>
  rows.reduce((total, row) => total + of(row), 0);

/** Combines what was read. Only workers of the groups that take jobs have slots; a draining one only holds messages. */
export function figuresOf({ counts, workers, group, learned, config, at }: Read): FleetFigures {
  const staying = new Set([...group.instances, ...group.standIns].map(({ id }) => id));
  const taking = workers.filter(
    ({ state, instance }) =>
      (state === "ready" || state === "cautious") && instance !== undefined && staying.has(instance),
  );
  const busySlots = sum(taking, (worker) => worker.busySlots);
  const idleSlots = sum(taking, (worker) => worker.idleSlots);
  const inService = new Set(taking.map(({ instance }) => instance)).size;
  const seconds = { ...learned.known.seconds, ...secondsByKind(workers) };
  const kinds = kindsOf(counts, seconds, config);
  const slotsPerInstance = inService > 0 ? (busySlots + idleSlots) / inService : undefined;
  return {
    figures: {
      at,
      kinds,
      inFlight: sum(Object.values(counts.kinds), ({ inFlight }) => inFlight),
      ...{ busySlots, idleSlots, inService },
      ended: sum(workers, ({ runs }) => sum(Object.values(runs), ({ ended }) => ended)),
    },
    known: { ...learned.known, seconds, ...(slotsPerInstance && { slotsPerInstance }) },
    groups: sum(workers, (worker) => worker.groups),
    shownKinds: Object.fromEntries(
      Object.entries(kinds)
        .map(([kind, one]) => [kind, { ...one, inFlight: counts.kinds[kind]?.inFlight ?? 0 }] as const)
        .filter(([, one]) => one.waiting + one.inFlight > 0 || one.secondsPerJob !== undefined),
    ),
  };
}

/** The mean length of runs over all workers, each weighing as many runs as its mean is made of. */
function secondsByKind(workers: readonly PresentWorker[]): Record<string, number> {
  const all = workers.flatMap(({ runs }) => Object.entries(runs));
  return Object.fromEntries(
    [...Map.groupBy(all, ([kind]) => kind)].map(([kind, rows]) => {
      const weight = ([, { ended }]: (typeof rows)[number]) => Math.min(enoughRuns, ended);
      const seconds = sum(rows, (row) => weight(row) * row[1].meanSeconds);
      return [kind, seconds / Math.max(1, sum(rows, weight))];
    }),
  );
}

function kindsOf(
  { kinds }: QueueCounts,
  seconds: Readonly<Record<string, number>>,
  { targetWaits }: Read["config"],
) {
  return Object.fromEntries(
    Object.entries(kinds).map(([kind, { waiting }]) => {
      const secondsPerJob = seconds[kind];
      const one = {
        waiting,
        slotsPerJob: catalog[kind as JobKind]?.policy.cost ?? 1,
        targetWaitSeconds: targetWaits.kinds[kind] ?? targetWaits.every,
        ...(secondsPerJob !== undefined && { secondsPerJob }),
      };
      return [kind, one];
    }),
  );
}
