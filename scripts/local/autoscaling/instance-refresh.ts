// Instance refreshes of one group: replaces every instance that another launch template started. A replacement is in service
// before an instance drains, as far as the healthy percentages say. After "Start an instance refresh" of Auto Scaling's guide.
import { randomUUID } from "node:crypto";
import type { ScalingGroup } from "./group.ts";
import { type Instance, isStaying } from "./instance.ts";

/** The preferences that the local refresh knows, in percent of the desired capacity and seconds. */
export type RefreshPreferences = {
  minHealthy: number;
  maxHealthy: number;
  warmupSeconds: number;
  checkpoints: readonly number[];
  checkpointDelaySeconds: number;
  skipMatching: boolean;
};

/** A refresh and how far it is. */
export type Refresh = {
  id: string;
  status: "InProgress" | "Successful" | "Failed" | "Cancelling" | "Cancelled";
  reason: string;
  startedAt: number;
  endedAt: number | undefined;
  percentage: number;
  toUpdate: number;
};

type Running = Refresh & {
  preferences: RefreshPreferences;
  /** Ids of the instances to replace. */
  old: ReadonlySet<string>;
  checkpoints: number[];
  waitUntil: number;
};

/** How often a refresh looks at its group. */
const stepMs = 250;

/** A refresh that replaces nothing for so long has failed; Auto Scaling takes an hour for that. */
const failsAfterMs = 10 * 60 * 1000;

/** The refreshes of a group, newest first. */
export class InstanceRefreshes {
  readonly all: Refresh[] = [];
  readonly #group: ScalingGroup;
  #running: Running | undefined;
  #progressAt = 0;

  constructor(group: ScalingGroup) {
    this.#group = group;
  }

  /** Starts a refresh; undefined while another is in progress. */
  start(preferences: RefreshPreferences): Refresh | undefined {
    if (this.#running !== undefined) return undefined;
    const { version } = this.#group.template;
    const old = this.#group.staying.filter(
      ({ template }) => !preferences.skipMatching || template.version !== version,
    );
    const refresh: Running = {
      id: randomUUID(),
      status: "InProgress",
      reason: "",
      startedAt: this.#now(),
      endedAt: undefined,
      percentage: 0,
      toUpdate: old.length,
      preferences,
      old: new Set(old.map(({ id }) => id)),
      checkpoints: preferences.checkpoints.filter((percentage) => percentage < 100),
      waitUntil: 0,
    };
    this.all.unshift(refresh);
    this.#running = refresh;
    this.#progressAt = this.#now();
    this.#step();
    return refresh;
  }

  /** Stops replacing instances; what was replaced stays so. False when nothing is in progress. */
  cancel(): boolean {
    if (this.#running === undefined) return false;
    this.#running.status = "Cancelling";
    return true;
  }

  #now = (): number => this.#group.options.clock.now();

  #step(): void {
    const refresh = this.#running;
    if (refresh === undefined) return;
    const left = this.#group.instances.filter(({ id }) => refresh.old.has(id));
    this.#note(refresh, left);
    const end = this.#endOf(refresh);
    if (end !== undefined) return void this.#finish(refresh, ...end);
    if (this.#now() >= refresh.waitUntil) this.#replace(refresh, left.filter(isStaying));
    this.#group.options.clock.at(this.#now() + stepMs, () => this.#step());
  }

  /** How the refresh has ended, if it has. */
  #endOf({ status, toUpdate }: Running): [status: Refresh["status"], reason: string] | undefined {
    if (status === "Cancelling") return ["Cancelled", "cancelled by the user"];
    if (toUpdate === 0) return ["Successful", ""];
    const stuck = this.#now() - this.#progressAt > failsAfterMs;
    return stuck ? ["Failed", "no replacement went into service for ten minutes"] : undefined;
  }

  /** Notes progress, and waits after a checkpoint. */
  #note(refresh: Running, left: readonly Instance[]): void {
    const total = refresh.old.size;
    if (left.length < refresh.toUpdate) this.#progressAt = this.#now();
    refresh.toUpdate = left.length;
    refresh.percentage = total === 0 ? 100 : Math.floor((100 * (total - left.length)) / total);
    const [checkpoint] = refresh.checkpoints;
    if (checkpoint === undefined || refresh.percentage < checkpoint) return;
    refresh.checkpoints = refresh.checkpoints.filter((percentage) => percentage > refresh.percentage);
    refresh.waitUntil = this.#now() + refresh.preferences.checkpointDelaySeconds * 1000;
  }

  /** Starts replacements above the desired capacity, and ends old instances while enough are healthy. */
  #replace({ preferences, checkpoints, old }: Running, waiting: readonly Instance[]): void {
    const { desired } = this.#group;
    const extra = Math.max(1, Math.floor((desired * (preferences.maxHealthy - 100)) / 100));
    // No further than the next checkpoint, rounded up.
    const upTo = Math.ceil((old.size * (checkpoints[0] ?? 100)) / 100);
    const allowed = Math.max(0, upTo - (old.size - waiting.length));
    const batch = waiting.slice(0, Math.min(extra, allowed));
    const cause = "an instance refresh replaces it";
    this.#group.setSpare(Math.min(extra, batch.length), cause);
    const least = Math.ceil((desired * preferences.minHealthy) / 100);
    let healthy = this.#healthy(preferences.warmupSeconds);
    for (const [index, { id }] of batch.entries()) {
      if (healthy <= least) return;
      this.#group.setSpare(batch.length - index - 1, cause, id);
      healthy -= 1;
    }
  }

  #healthy(warmupSeconds: number): number {
    const warm = ({ state, inServiceAt = 0 }: Instance) =>
      state === "InService" && this.#now() - inServiceAt >= warmupSeconds * 1000;
    return this.#group.instances.filter((one) => warm(one) || this.#isOld(one)).length;
  }

  #isOld = ({ id, state }: Instance): boolean => state === "InService" && this.#running?.old.has(id) === true;

  #finish(refresh: Running, status: Refresh["status"], reason: string): void {
    Object.assign(refresh, { status, reason, endedAt: this.#now() });
    this.#running = undefined;
    this.#group.setSpare(0, "the instance refresh ended");
  }
}
