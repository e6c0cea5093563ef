// The simulated FIFO queue: jobs of one group run one after another, groups run beside each other, the oldest head first.
import type { SimulatedJob } from "./trace.ts";

/** A job on its way through the fleet. */
export type QueuedJob = SimulatedJob & {
  /** Runs that failed so far. */
  failed: number;
  /** When its first run started. */
  startedAt?: number;
};

type Lane = { jobs: QueuedJob[]; head: number; blocked: boolean };

/** Messages by group. */
export class GroupQueue {
  readonly #lanes = new Map<string, Lane>();
  /** Groups whose head can run, in the order in which they became ready. */
  #ready: Lane[] = [];
  #firstReady = 0;
  readonly #waiting = new Map<string, number>();
  #total = 0;
  #backingOff = 0;

  /** Messages that wait to be received, over all kinds. */
  get waiting(): number {
    return this.#total;
  }

  /** Messages invisible for a while after a failure: in flight to SQS, though nothing runs. */
  get backingOff(): number {
    return this.#backingOff;
  }

  /** Groups whose head can run now. */
  get readyGroups(): number {
    return this.#ready.length - this.#firstReady;
  }

  /** Waiting messages by kind. */
  get waitingByKind(): ReadonlyMap<string, number> {
    return this.#waiting;
  }

  add(job: QueuedJob): void {
    const lane = this.#lanes.get(job.group) ?? { jobs: [], head: 0, blocked: false };
    this.#lanes.set(job.group, lane);
    lane.jobs.push(job);
    this.#count(job, 1);
    if (!lane.blocked && lane.jobs.length - lane.head === 1) this.#ready.push(lane);
  }

  /** Takes the head of the group that has been ready the longest; its group is blocked until the job is settled. */
  take(): QueuedJob | undefined {
    const lane = this.#ready[this.#firstReady];
    const job = lane?.jobs[lane.head];
    if (lane === undefined || job === undefined) return undefined;
    this.#firstReady += 1;
    if (this.#firstReady > 1024) {
      this.#ready = this.#ready.slice(this.#firstReady);
      this.#firstReady = 0;
    }
    lane.head += 1;
    lane.blocked = true;
    this.#count(job, -1);
    return job;
  }

  /** The job has ended for good. Its group goes on. */
  settle(job: QueuedJob): void {
    const lane = this.#laneOf(job);
    lane.blocked = false;
    if (lane.head < lane.jobs.length) this.#ready.push(lane);
    else this.#lanes.delete(job.group);
  }

  /** The job failed: it stays the head of its group and becomes visible only when `endBackoff` is called. */
  backOff(): void {
    this.#backingOff += 1;
  }

  endBackoff(job: QueuedJob): void {
    this.#backingOff -= 1;
    this.giveBack(job);
  }

  /** The job comes back to the front of its group, as after a drain. */
  giveBack(job: QueuedJob): void {
    const lane = this.#laneOf(job);
    lane.head -= 1;
    lane.blocked = false;
    this.#count(job, 1);
    this.#ready.push(lane);
  }

  #laneOf({ group }: QueuedJob): Lane {
    const lane = this.#lanes.get(group);
    if (lane === undefined) throw new RangeError(`no job of group ${group} runs`);
    return lane;
  }

  #count({ kind }: QueuedJob, by: number): void {
    this.#total += by;
    this.#waiting.set(kind, (this.#waiting.get(kind) ?? 0) + by);
  }
}
