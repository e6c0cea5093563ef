// The simulated Auto Scaling group: instances that boot, work, drain and end, in pools with prices and capacity of their own.
import type { QueuedJob } from "./group-queue.ts";
import type { NoCapacity, Pool, Trace } from "./trace.ts";

export type InstanceState = "booting" | "in-service" | "draining" | "ended";

/** One instance. It is paid from its launch to its end. */
export type Instance = {
  id: number;
  pool: Pool;
  state: InstanceState;
  launchedAt: number;
  endedAt?: number;
  /** What runs, with the time of each start. */
  running: Map<QueuedJob, number>;
  /** Since when nothing has run on it. */
  idleSince: number;
  /** Seconds of all slots that ran a job. */
  busySeconds: number;
};

/** The instances of one run and their bill. */
export class Instances {
  readonly all: Instance[] = [];
  #live: Instance[] = [];
  readonly #pools: readonly Pool[];
  readonly #noCapacity: readonly NoCapacity[];

  constructor({ pools, noCapacity }: Pick<Trace, "pools" | "noCapacity">) {
    this.#pools = pools;
    this.#noCapacity = noCapacity;
  }

  /** Instances that have not ended, oldest first. */
  get live(): readonly Instance[] {
    return this.#live;
  }

  /** Instances the group counts: those that boot or work. */
  get counted(): Instance[] {
    return this.#live.filter(({ state }) => state === "booting" || state === "in-service");
  }

  get inService(): Instance[] {
    return this.#live.filter(({ state }) => state === "in-service");
  }

  /** Launches one in the pool with the fewest instances, the cheapest among equals; none where no pool has capacity. */
  launch(now: number): Instance | undefined {
    const open = this.#pools.filter(
      ({ name }) => !this.#noCapacity.some(({ pool, from, to }) => pool === name && from <= now && now < to),
    );
    const size = (pool: Pool) => this.#live.filter((instance) => instance.pool === pool).length;
    const [pool] = open.toSorted((a, b) => size(a) - size(b) || a.price - b.price);
    if (pool === undefined) return undefined;
    const instance: Instance = {
      id: this.all.length + 1,
      pool,
      state: "booting",
      launchedAt: now,
      running: new Map(),
      idleSince: now,
      busySeconds: 0,
    };
    this.all.push(instance);
    this.#live.push(instance);
    return instance;
  }

  end(instance: Instance, now: number): void {
    instance.state = "ended";
    instance.endedAt = now;
    this.#live = this.#live.filter((one) => one !== instance);
  }

  /** The instances that a smaller fleet can spare best: those that boot, then the emptiest, then the youngest. */
  spare(count: number): Instance[] {
    const rank = ({ state, running }: Instance) => (state === "booting" ? -1 : running.size);
    return this.counted.toSorted((a, b) => rank(a) - rank(b) || b.launchedAt - a.launchedAt).slice(0, count);
  }
}
