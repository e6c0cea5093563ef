// The nine situations as scenes: what is in the queues, who works, what is paused and broken, and how the last half hour went.

import type { ScalingReason } from "../../../infra/scaling/policy.ts";
import type { SituationName } from "../../console/fleet/advice.ts";
import type { Capacity, Trouble } from "../../status/fleet-status.ts";

/** A queue: messages, in how many groups, of which so many in flight; and the age of the oldest, where the backlog does not tell it. */
export type StagedQueue = {
  kind: string;
  waiting: number;
  groups: number;
  inFlight?: number;
  dead?: number;
  oldestSeconds?: number;
};

/** How many runs ended otherwise in ten seconds, by the metric. */
export type OtherEnds = Partial<Record<"Retried" | "PutOff" | "DeadLettered", (ago: number) => number>>;

/** A worker: busy and idle slots of eight, and how long ago it announced itself. */
export type SceneWorker = { busy: number; dead?: boolean; draining?: boolean };

export type Scene = {
  name: SituationName;
  /** Its fleet's name, which does not tell the situation. */
  fleet: string;
  queues: readonly StagedQueue[];
  workers: readonly SceneWorker[];
  pauses?: readonly { kind: string; group?: string; reason: string }[];
  trouble?: Omit<Trouble, "since">;
  capacity: Capacity;
  /** The last decision on the size, and the changes before it: seconds ago, sizes and reason. */
  reason: ScalingReason;
  changes: readonly (readonly [secondsAgo: number, from: number, to: number, reason: ScalingReason])[];
  /** Waiting messages `ago` seconds ago, and completed jobs in ten seconds. */
  backlog: (ago: number) => number;
  completed: (ago: number) => number;
  otherEnds?: OtherEnds;
};

const capacity = (desired: number, inService = desired): Capacity => ({
  desired,
  inService,
  pending: 0,
  onDemand: 0,
});
const busy = (count: number, slots = 8): SceneWorker[] =>
  Array.from({ length: count }, () => ({ busy: slots }));
const between = (low: number, high: number) => (ago: number) =>
  low + Math.round((high - low) * Math.abs(Math.sin(ago / 97)));
/** Goes up and down around what it is now. */
const around = (value: number, spread: number) => (ago: number) =>
  value + Math.round(spread * Math.sin(ago / 97));
/** Rises from zero to `most` in the last `seconds`. */
const rising = (most: number, seconds: number) => (ago: number) =>
  Math.max(0, Math.round(most * (1 - ago / seconds)));
/** What `before` says until `seconds` ago, then nothing. */
const until = (seconds: number, before: (ago: number) => number) => (ago: number) =>
  ago > seconds ? before(ago) : 0;

/** What `during` says between two times, and nothing before and after them. */
const within = (from: number, to: number, during: (ago: number) => number) => (ago: number) =>
  ago <= from && ago > to ? during(ago) : 0;

const picture = (waiting: number, more: Partial<StagedQueue> = {}): StagedQueue => ({
  ...{ kind: "resize-image", waiting, groups: Math.max(1, waiting) },
  ...more,
});

/** Seconds ago that each dead letter of the scene with some died. */
export const diedAgo = [720, 480, 240] as const;

const unfinished: readonly Omit<Scene, "fleet">[] = [
  {
    name: "idle",
    queues: [],
    workers: [],
    capacity: capacity(0),
    reason: "empty",
    changes: [
      [1500, 0, 2, "from-zero"],
      [420, 2, 0, "empty"],
    ],
    backlog: within(1390, 900, between(0, 30)),
    completed: within(1390, 800, between(5, 25)),
  },
  {
    name: "working",
    queues: [picture(40, { inFlight: 25 }), { kind: "parse-mail", waiting: 6, groups: 6, oldestSeconds: 3 }],
    workers: [{ busy: 8 }, { busy: 8 }, { busy: 6 }, { busy: 3, draining: true }],
    capacity: capacity(4),
    reason: "steady",
    changes: [[1200, 1, 4, "backlog"]],
    backlog: around(46, 20),
    completed: (ago) => Math.round(between(30, 60)(ago) / (ago > 1110 ? 4 : 1)),
  },
  {
    name: "overloaded",
    queues: [picture(4000, { inFlight: 16 })],
    workers: busy(2),
    capacity: capacity(2),
    reason: "bounds",
    changes: [[900, 1, 2, "backlog"]],
    backlog: rising(4000, 900),
    completed: (ago) => Math.round(between(10, 14)(ago) / (ago > 810 ? 2 : 1)),
  },
  {
    name: "group-bound",
    queues: [picture(300, { groups: 3, inFlight: 3 })],
    workers: [{ busy: 3 }, { busy: 0 }],
    capacity: capacity(2),
    reason: "group-bound",
    changes: [[700, 1, 2, "backlog"]],
    backlog: rising(300, 700),
    completed: between(2, 4),
  },
  {
    name: "workers-dead",
    queues: [picture(120)],
    workers: [{ busy: 0, dead: true }],
    capacity: capacity(1),
    reason: "steady",
    changes: [[1790, 0, 1, "from-zero"]],
    backlog: rising(120, 1200),
    completed: within(1690, 1200, between(2, 6)),
  },
  {
    name: "no-capacity",
    queues: [picture(900, { inFlight: 8 })],
    workers: busy(1),
    capacity: {
      ...capacity(6, 1),
      launchError: {
        since: "",
        message:
          "Could not launch Spot Instances. InsufficientInstanceCapacity: There is no Spot capacity available",
      },
    },
    reason: "backlog",
    changes: [[800, 1, 6, "backlog"]],
    backlog: rising(900, 800),
    completed: between(4, 6),
  },
  {
    name: "service-down",
    queues: [picture(250)],
    workers: [{ busy: 0 }, { busy: 0 }],
    trouble: { service: "s3", code: "SlowDown", resources: ["fifo-fleet-uploads", "fifo-fleet-results"] },
    capacity: capacity(2),
    reason: "steady",
    changes: [],
    backlog: rising(250, 320),
    completed: until(300, between(20, 30)),
    otherEnds: { PutOff: (ago) => (ago <= 300 ? 8 : 0) },
  },
  {
    name: "poison",
    queues: [picture(5, { inFlight: 8, dead: 3 })],
    workers: busy(1),
    capacity: capacity(1),
    reason: "steady",
    changes: [],
    backlog: around(5, 3),
    completed: between(10, 20),
    otherEnds: {
      Retried: (ago) => (diedAgo.some((died) => ago > died && ago <= died + 60) ? 1 : 0),
      DeadLettered: (ago) => (diedAgo.some((died) => ago > died - 10 && ago <= died) ? 1 : 0),
    },
  },
  {
    name: "paused",
    queues: [picture(80), { kind: "parse-mail", waiting: 2, groups: 1, inFlight: 1, oldestSeconds: 600 }],
    workers: [{ busy: 0 }],
    pauses: [
      { kind: "resize-image", reason: "scans came in twice; the producer is being mended" },
      { kind: "parse-mail", group: "newsletter", reason: "waits for the editor" },
    ],
    capacity: capacity(1),
    reason: "kept",
    changes: [],
    backlog: rising(80, 1500),
    completed: until(1500, between(8, 12)),
  },
];

/** Slots that are busy. */
export const busySlots = ({ workers }: Scene): number =>
  workers.reduce((sum, { busy: slots, dead }) => sum + (dead ? 0 : slots), 0);

/** Seconds of a run: those in which the busy slots complete what the scene completes. */
export function runSeconds(scene: Scene): number {
  const times = Array.from({ length: 30 }, (_, index) => scene.completed(index * 10));
  const perSecond = times.reduce((sum, value) => sum + value, 0) / (times.length * 10);
  return perSecond === 0 || busySlots(scene) === 0 ? 3 : busySlots(scene) / perSecond;
}

/** The scenes at a time: launches of the scene without capacity have failed for twelve minutes. */
export function scenesAt(now: number): readonly Scene[] {
  const since = new Date(now - 12 * 60_000).toISOString();
  return unfinished.map((unnamed, index) => {
    const scene = { ...unnamed, fleet: `shop-${index + 1}` };
    const { launchError } = scene.capacity;
    return launchError === undefined
      ? scene
      : { ...scene, capacity: { ...scene.capacity, launchError: { ...launchError, since } } };
  });
}
