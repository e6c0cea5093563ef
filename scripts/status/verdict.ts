// The fleet's state in one word, from counts alone. A pure function, so that the operator's tool, the console and the drills
// agree. The first of these that holds is the verdict:
//
//   no-capacity   jobs wait, and instances that were asked for did not come because launches fail
//   workers-dead  a kind has messages and no live worker for them (after a grace period for a fleet that starts)
//   poison        a dead-letter queue is not empty: a person must look
//   group-bound   slots are idle although enough messages wait: their groups are busy, so more machines do not help
//   overloaded    the oldest message waits too long, or too many wait for the slots there are
//   working       messages wait or are in flight, or a slot is busy
//   idle          none of these
import { missingInstances } from "./capacity.ts";
import type { Capacity, QueueStatus, Verdict, WorkerStatus } from "./fleet-status.ts";

/** Where one verdict ends and the next begins. */
export const thresholds = {
  /** A fleet at zero needs this long to start a machine; until then no worker is expected. */
  startGraceSeconds: 180,
  /** Share of idle slots from which a fleet with work waiting counts as bound by groups. */
  idleShare: 0.25,
  /** Wait of the oldest message above which the fleet is overloaded, where the age is known. */
  oldestSeconds: 300,
  /** Messages waiting for each slot above which the fleet is overloaded, whatever their age. */
  waitingPerSlot: 100,
} as const;

/** The verdict on counts taken at about the same moment. */
export function verdictOf({
  queues,
  workers,
  capacity,
}: {
  queues: readonly QueueStatus[];
  workers: readonly WorkerStatus[];
  capacity?: Capacity | undefined;
}): Verdict {
  const alive = workers.filter(isAlive);
  const taking = alive.filter(({ state }) => state !== "draining");
  const waiting = sum(queues, ({ visible }) => visible);
  const inFlight = sum(queues, (queue) => queue.inFlight);
  const slots = {
    busy: sum(taking, ({ busySlots }) => busySlots),
    idle: sum(taking, ({ idleSlots }) => idleSlots),
  };
  if (waiting > 0 && withoutCapacity(capacity)) return "no-capacity";
  if (queues.some((queue) => unattended(queue, alive))) return "workers-dead";
  if (queues.some(({ dead }) => dead > 0)) return "poison";
  if (groupBound(waiting, slots)) return "group-bound";
  if (overloaded(queues, waiting, slots)) return "overloaded";
  return waiting + inFlight + slots.busy > 0 ? "working" : "idle";
}

/** True for a worker that announces itself and has not stopped; a draining worker still finishes its jobs. */
export function isAlive({ state }: WorkerStatus): boolean {
  return state !== "dead" && state !== "stopped";
}

/** True for a kind that has messages but no worker for longer than a machine needs to start. */
export function unattended(queue: QueueStatus, alive: readonly WorkerStatus[]): boolean {
  if (queue.visible + queue.inFlight === 0) return false;
  if (alive.some(({ kinds }) => kinds.includes(queue.kind))) return false;
  return queue.oldestSeconds === null || queue.oldestSeconds >= thresholds.startGraceSeconds;
}

function withoutCapacity(capacity: Capacity | undefined): boolean {
  return capacity?.launchError !== undefined && missingInstances(capacity) > 0;
}

type Slots = { busy: number; idle: number };

function groupBound(waiting: number, { busy, idle }: Slots): boolean {
  return busy > 0 && idle >= thresholds.idleShare * (busy + idle) && waiting >= idle;
}

function overloaded(queues: readonly QueueStatus[], waiting: number, { busy, idle }: Slots): boolean {
  const tooOld = queues.some(
    ({ visible, oldestSeconds }) => visible > 0 && (oldestSeconds ?? 0) > thresholds.oldestSeconds,
  );
  return tooOld || waiting > thresholds.waitingPerSlot * Math.max(1, busy + idle);
}

function sum<Row>(rows: readonly Row[], of: (row: Row) => number): number {
  return rows.reduce((total, row) => total + of(row), 0);
}
