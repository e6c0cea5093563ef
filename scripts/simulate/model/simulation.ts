// Plays a trace to one policy: discrete events, no randomness, so that the same trace and policy always give the same result.
import type { Decide, Figures, SimulatedPolicy } from "../policies/policy.ts";
import { EventQueue } from "./event-queue.ts";
import { GroupQueue, type QueuedJob } from "./group-queue.ts";
import { type Instance, Instances } from "./instances.ts";
import { type Outcome, RunRecord } from "./record.ts";
import type { Trace } from "./trace.ts";

type Event =
  | { type: "booted"; instance: Instance }
  | { type: "ran"; instance: Instance; job: QueuedJob; startedAt: number }
  | { type: "visible"; job: QueuedJob }
  | { type: "reclaim"; pool: string; count: number }
  | { type: "gone"; instance: Instance }
  | { type: "tick" };

/** A drain may take this long: the notice of a spot reclaim, less the five seconds the worker keeps in hand. */
const drainSeconds = 115;

/** Backoff after a failure, as the engine does it: two seconds doubling to five minutes, here without jitter. */
const backoffSeconds = (failed: number) => Math.min(300, 2 ** failed);

/** A run ends at the latest at this multiple of the horizon, jobs or no jobs. */
const longest = 4;

/** Plays the trace to its end and tells what it cost and how long jobs waited. */
export function simulate(trace: Trace, policy: SimulatedPolicy): Outcome {
  return new Simulation(trace, policy).run();
}

class Simulation {
  readonly #trace: Trace;
  readonly #policy: SimulatedPolicy;
  readonly #decide: Decide;
  readonly #events = new EventQueue<Event>();
  readonly #queue = new GroupQueue();
  readonly #instances: Instances;
  readonly #record = new RunRecord();
  /** Figures of the last ticks, for policies that see them late. */
  readonly #past: Figures[] = [];
  #desired: number;
  #busy = 0;
  #next = 0;
  #open: number;
  #now = 0;

  constructor(trace: Trace, policy: SimulatedPolicy) {
    this.#trace = trace;
    this.#policy = policy;
    this.#decide = policy.start(trace);
    this.#instances = new Instances(trace);
    this.#desired = trace.measures.min;
    this.#open = trace.jobs.length;
  }

  run(): Outcome {
    const { reclaims, jobs, horizonSeconds } = this.#trace;
    for (const { at, pool, count } of reclaims) this.#events.add(at, { type: "reclaim", pool, count });
    this.#events.add(0, { type: "tick" });
    const end = () => (this.#open > 0 ? longest : 1) * horizonSeconds;
    for (;;) {
      const arrival = jobs[this.#next]?.arrival ?? Number.POSITIVE_INFINITY;
      const at = Math.min(arrival, this.#events.next);
      if (at > end()) break;
      this.#now = at;
      if (arrival <= this.#events.next) this.#arrive();
      else this.#happen(this.#events.take());
      this.#startJobs();
    }
    this.#now = Math.max(this.#now, horizonSeconds);
    return this.#record.outcome(this.#policy, this.#instances.all, this.#now, this.#trace, this.#open);
  }

  #arrive(): void {
    const job = this.#trace.jobs[this.#next++];
    if (job !== undefined) this.#queue.add({ ...job, failed: 0 });
  }

  #happen(event: Event | undefined): void {
    if (event === undefined) return;
    if (event.type === "tick") this.#tick();
    else if (event.type === "ran") this.#ran(event.instance, event.job, event.startedAt);
    else if (event.type === "visible") this.#queue.endBackoff(event.job);
    else if (event.type === "reclaim") this.#reclaim(event.pool, event.count);
    else if (event.type === "gone") this.#endDrain(event.instance);
    else if (event.instance.state === "booting") event.instance.state = "in-service";
  }

  /** Ready groups go to the instance with the most idle slots, as workers that poll side by side share them. */
  #startJobs(): void {
    if (this.#queue.readyGroups === 0) return;
    const { slotsPerInstance } = this.#trace.measures;
    const working = this.#instances.inService;
    while (this.#queue.readyGroups > 0) {
      const emptiest = working.reduce<Instance | undefined>(
        (best, one) => (best === undefined || one.running.size < best.running.size ? one : best),
        undefined,
      );
      if (emptiest === undefined || emptiest.running.size >= slotsPerInstance) return;
      const job = this.#queue.take();
      if (job !== undefined) this.#startJob(emptiest, job);
    }
  }

  #startJob(instance: Instance, job: QueuedJob): void {
    const startedAt = this.#now;
    if (job.startedAt === undefined) {
      job.startedAt = startedAt;
      this.#record.waited(job.kind, startedAt - job.arrival);
    }
    instance.running.set(job, startedAt);
    this.#busy += 1;
    this.#events.add(startedAt + job.seconds, { type: "ran", instance, job, startedAt });
  }

  #ran(instance: Instance, job: QueuedJob, startedAt: number): void {
    // A drain gave it back meanwhile.
    if (instance.running.get(job) !== startedAt) return;
    this.#stop(instance, job, startedAt);
    this.#record.ran(job.kind, job.seconds);
    const { failures = 0 } = job;
    if (job.failed < failures) job.failed += 1;
    if (failures > 0 && job.failed < failures) {
      this.#queue.backOff();
      this.#events.add(this.#now + backoffSeconds(job.failed), { type: "visible", job });
    } else {
      this.#queue.settle(job);
      this.#open -= 1;
    }
    if (instance.state === "draining" && instance.running.size === 0)
      this.#instances.end(instance, this.#now);
  }

  #stop(instance: Instance, job: QueuedJob, startedAt: number): void {
    instance.running.delete(job);
    instance.busySeconds += this.#now - startedAt;
    instance.idleSince = this.#now;
    this.#busy -= 1;
  }

  #reclaim(pool: string, count: number): void {
    const hit = this.#instances.counted.filter((instance) => instance.pool.name === pool).slice(0, count);
    for (const instance of hit) this.#drain(instance);
    this.#record.reclaimed += hit.length;
    this.#launchMissing();
  }

  #drain(instance: Instance): void {
    if (instance.running.size === 0) {
      this.#instances.end(instance, this.#now);
      return;
    }
    instance.state = "draining";
    this.#events.add(this.#now + drainSeconds, { type: "gone", instance });
  }

  /** Jobs that did not fit into the drain are returned, in order, and run again elsewhere. */
  #endDrain(instance: Instance): void {
    if (instance.state !== "draining") return;
    for (const [job, startedAt] of [...instance.running]) {
      this.#stop(instance, job, startedAt);
      this.#queue.giveBack(job);
      this.#record.interrupted += 1;
    }
    this.#instances.end(instance, this.#now);
  }

  #tick(): void {
    const { min, max } = this.#trace.measures;
    const figures = this.#figures();
    this.#past.push(figures);
    const { lagSeconds, everySeconds } = this.#policy;
    while ((this.#past[1]?.at ?? Number.POSITIVE_INFINITY) <= this.#now - lagSeconds) this.#past.shift();
    this.#leaveByIdleness();
    const [seen] = this.#past;
    if (seen !== undefined && seen.at <= this.#now - lagSeconds) {
      const { wanted, reason } = this.#decide(seen, { desired: this.#desired, now: this.#now });
      const desired = Math.min(max, Math.max(min, wanted));
      if (desired !== this.#desired) this.#record.decided(this.#now, this.#desired, desired, reason);
      this.#desired = desired;
    }
    this.#applyDesired();
    this.#record.sample(this.#now, figures.waiting + figures.inFlight, figures.inService, this.#desired);
    this.#events.add(this.#now + everySeconds, { type: "tick" });
  }

  #leaveByIdleness(): void {
    const { leaveAfterIdleSeconds: limit } = this.#policy;
    if (limit === undefined) return;
    for (const instance of this.#instances.inService) {
      if (instance.running.size > 0 || this.#now - instance.idleSince < limit) continue;
      if (this.#desired <= this.#trace.measures.min) return;
      this.#instances.end(instance, this.#now);
      this.#desired -= 1;
    }
  }

  #applyDesired(): void {
    const surplus = this.#instances.counted.length - this.#desired;
    for (const instance of surplus > 0 ? this.#instances.spare(surplus) : []) this.#drain(instance);
    this.#launchMissing();
  }

  /** A launch that finds no capacity is tried again at the next tick, as the group does. */
  #launchMissing(): void {
    while (this.#instances.counted.length < this.#desired) {
      const instance = this.#instances.launch(this.#now);
      if (instance === undefined) return;
      instance.idleSince = this.#now + this.#trace.measures.bootSeconds;
      this.#events.add(instance.idleSince, { type: "booted", instance });
    }
  }

  #figures(): Figures {
    const working = this.#instances.inService;
    const busySlots = working.reduce((sum, { running }) => sum + running.size, 0);
    return {
      at: this.#now,
      waiting: this.#queue.waiting,
      inFlight: this.#busy + this.#queue.backingOff,
      busySlots,
      idleSlots: working.length * this.#trace.measures.slotsPerInstance - busySlots,
      inService: working.length,
      ended: this.#trace.jobs.length - this.#open,
      waitingByKind: Object.fromEntries(this.#queue.waitingByKind),
      secondsByKind: this.#record.secondsByKind(),
    };
  }
}
