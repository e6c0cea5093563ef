// One Auto Scaling group: its desired capacity, its instances, and the terminate hook that lets a worker drain.
// Lifecycle of an instance: Pending -> InService -> Terminating:Wait -> Terminating:Proceed -> gone. A spot reclaim ends
// it in any of these states after its notice, whatever the hook says.
import type { Clock } from "../clock/clock.ts";

/** The states an instance goes through (Auto Scaling User Guide, instance lifecycle). */
export type LifecycleState = "Pending" | "InService" | "Terminating:Wait" | "Terminating:Proceed";

/** One instance of the group. */
export type Instance = {
  id: string;
  zone: string;
  type: string;
  state: LifecycleState;
  launchedAt: number;
  protectedFromScaleIn: boolean;
};

/** One line of the group's history. */
export type Activity = {
  at: number;
  instanceId: string;
  what: "launched" | "terminating" | "terminated";
  cause: string;
};

/** What launches and ends real processes for the instances. */
export type Launcher = {
  launch: (instance: Instance) => Promise<void>;
  /** Ends the instance. `graceMs` is 0 when it ends at once. */
  terminate: (instanceId: string, graceMs: number) => Promise<void>;
  /** Announces to the instance, through its metadata, what will happen to it. */
  announce: (instanceId: string, path: string, text: string) => void;
};

export type GroupOptions = {
  name: string;
  min: number;
  max: number;
  hook: { name: string; timeoutSeconds: number };
  zones: readonly string[];
  instanceType: string;
  clock: Clock;
  newInstanceId: () => string;
  launcher: Launcher;
  /** Called when an instance cannot be launched or ended. */
  onError: (error: unknown, instanceId: string) => void;
};

/** Hooks wait at most 48 hours or 100 timeouts, whichever is shorter (CompleteLifecycleAction API reference). */
const longestHookMs = 48 * 60 * 60 * 1000;
const mostHeartbeats = 100;
const keptActivities = 200;
const relaunchAfterMs = 5_000;

type Wait = { cancel: () => void; endsBy: number };

/** A group of instances. */
export class ScalingGroup {
  readonly options: GroupOptions;
  readonly activities: Activity[] = [];
  readonly #instances = new Map<string, Instance>();
  readonly #waits = new Map<string, Wait>();
  readonly #ending = new Set<Promise<void>>();
  #desired: number;
  #bounds: Pick<GroupOptions, "min" | "max">;

  constructor(options: GroupOptions) {
    this.options = options;
    this.#bounds = { min: options.min, max: options.max };
    this.#desired = options.min;
    this.#reconcile("the group started");
  }

  /** Changes the bounds; the desired capacity is moved into them, as UpdateAutoScalingGroup does. */
  setBounds({ min, max }: Pick<GroupOptions, "min" | "max">): void {
    this.#bounds = { min, max };
    this.setDesired(Math.min(max, Math.max(min, this.#desired)), "the bounds changed");
  }

  get bounds(): Pick<GroupOptions, "min" | "max"> {
    return this.#bounds;
  }

  get desired(): number {
    return this.#desired;
  }

  /** All instances, oldest first. */
  get instances(): readonly Instance[] {
    return [...this.#instances.values()];
  }

  /** Sets the desired number of instances. Throws RangeError outside the group's bounds. */
  setDesired(count: number, cause: string): void {
    const { min, max } = this.#bounds;
    if (count < min || count > max)
      throw new RangeError(`desired capacity ${count} is outside ${min} to ${max}`);
    this.#desired = count;
    this.#reconcile(cause);
  }

  /**
   * Ends one instance through its hook. It is replaced unless the desired capacity falls with it.
   * @throws RangeError when the desired capacity cannot fall below the minimum
   */
  terminateInstance(instanceId: string, options: { decrement: boolean; cause: string }): boolean {
    const instance = this.#instances.get(instanceId);
    if (instance === undefined || instance.state.startsWith("Terminating")) return false;
    if (options.decrement && this.#desired <= this.#bounds.min)
      throw new RangeError(
        `Currently, desiredSize equals minSize (${this.#bounds.min}). Terminating instance without replacement will violate group's min size constraint.`,
      );
    if (options.decrement) this.#desired -= 1;
    this.#beginTermination(instance, options.cause);
    this.#reconcile(options.cause);
    return true;
  }

  /** Completes the hook's action; false when none was waiting. */
  completeLifecycleAction(instanceId: string): boolean {
    if (!this.#waits.has(instanceId)) return false;
    this.#proceed(instanceId, "lifecycle action completed");
    return true;
  }

  /** Starts the hook's timeout again, within the cap. */
  recordHeartbeat(instanceId: string): boolean {
    const wait = this.#waits.get(instanceId);
    if (wait === undefined) return false;
    wait.cancel();
    this.#waits.set(instanceId, this.#waitUntil(instanceId, wait.endsBy));
    return true;
  }

  protect(instanceId: string, protectedFromScaleIn: boolean): boolean {
    const instance = this.#instances.get(instanceId);
    if (instance !== undefined) instance.protectedFromScaleIn = protectedFromScaleIn;
    return instance !== undefined;
  }

  /** EC2 reclaims the instance: a notice now (none for 0 seconds), the end after `seconds`, then a replacement. */
  reclaim(instanceId: string, secondsLeft: number): boolean {
    const { clock, launcher } = this.options;
    if (!this.#instances.has(instanceId)) return false;
    const at = clock.now() + secondsLeft * 1000;
    const notice = { action: "terminate", time: new Date(at).toISOString().replace(/\.\d+Z$/, "Z") };
    if (secondsLeft > 0) launcher.announce(instanceId, "spot/instance-action", JSON.stringify(notice));
    clock.at(at, () => this.#end(instanceId, 0, "spot reclaim"));
    return true;
  }

  /** EC2 sees a higher risk of a reclaim. This is a recommendation only. */
  recommendRebalance(instanceId: string): boolean {
    if (!this.#instances.has(instanceId)) return false;
    const noticeTime = new Date(this.options.clock.now()).toISOString();
    this.options.launcher.announce(
      instanceId,
      "events/recommendations/rebalance",
      JSON.stringify({ noticeTime }),
    );
    return true;
  }

  /** Ends all instances, giving workers `graceMs` to drain. */
  async close(graceMs: number): Promise<void> {
    this.#desired = 0;
    for (const wait of this.#waits.values()) wait.cancel();
    this.#waits.clear();
    for (const { id } of this.instances) this.#end(id, graceMs, "the group is closed");
    await Promise.all(this.#ending);
  }

  #staying(): Instance[] {
    return this.instances.filter(({ state }) => !state.startsWith("Terminating"));
  }

  #reconcile(cause: string): void {
    for (let missing = this.#desired - this.#staying().length; missing > 0; missing -= 1) this.#launch(cause);
    const surplus = this.#staying().length - this.#desired;
    const candidates = this.#staying().filter(({ protectedFromScaleIn }) => !protectedFromScaleIn);
    for (const instance of candidates.slice(0, Math.max(0, surplus))) this.#beginTermination(instance, cause);
  }

  #launch(cause: string): void {
    const { clock, newInstanceId, zones, instanceType, launcher, onError } = this.options;
    const id = newInstanceId();
    const zone = zones[this.#instances.size % zones.length] ?? "local-a";
    const instance: Instance = {
      id,
      zone,
      type: instanceType,
      state: "Pending",
      launchedAt: clock.now(),
      protectedFromScaleIn: false,
    };
    this.#instances.set(id, instance);
    this.#note(id, "launched", cause);
    launcher.launch(instance).then(
      () => {
        if (instance.state === "Pending") instance.state = "InService";
      },
      (error: unknown) => {
        onError(error, id);
        this.#end(id, 0, "launch failed", () => this.#later("a launch had failed"));
      },
    );
  }

  #beginTermination(instance: Instance, cause: string): void {
    instance.state = "Terminating:Wait";
    this.#note(instance.id, "terminating", cause);
    this.options.launcher.announce(instance.id, "autoscaling/target-lifecycle-state", "Terminated");
    const endsBy =
      this.options.clock.now() +
      Math.min(longestHookMs, this.options.hook.timeoutSeconds * 1000 * mostHeartbeats);
    this.#waits.set(instance.id, this.#waitUntil(instance.id, endsBy));
  }

  #waitUntil(instanceId: string, endsBy: number): Wait {
    const { clock, hook } = this.options;
    const at = Math.min(endsBy, clock.now() + hook.timeoutSeconds * 1000);
    return { cancel: clock.at(at, () => this.#proceed(instanceId, "lifecycle hook timed out")), endsBy };
  }

  #proceed(instanceId: string, cause: string): void {
    this.#waits.get(instanceId)?.cancel();
    this.#waits.delete(instanceId);
    const instance = this.#instances.get(instanceId);
    if (instance !== undefined) instance.state = "Terminating:Proceed";
    this.#end(instanceId, 10_000, cause);
  }

  /** Reconciles after a pause, so that launches that keep failing do not run in a tight loop. */
  #later(cause: string): void {
    const { clock } = this.options;
    clock.at(clock.now() + relaunchAfterMs, () => this.#reconcile(cause));
  }

  #end(instanceId: string, graceMs: number, cause: string, then = () => this.#reconcile(cause)): void {
    if (!this.#instances.delete(instanceId)) return;
    this.#waits.get(instanceId)?.cancel();
    this.#waits.delete(instanceId);
    this.#note(instanceId, "terminated", cause);
    const ended: Promise<void> = this.options.launcher
      .terminate(instanceId, graceMs)
      .catch((error: unknown) => this.options.onError(error, instanceId))
      .finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
    then();
  }

  #note(instanceId: string, what: Activity["what"], cause: string): void {
    this.activities.unshift({ at: this.options.clock.now(), instanceId, what, cause });
    this.activities.length = Math.min(this.activities.length, keptActivities);
  }
}
