// One Auto Scaling group: its desired capacity and its instances. Lifecycle of an instance: Pending -> Pending:Wait (until its
// worker is ready) -> InService -> Terminating:Wait (until it has drained) -> Terminating:Proceed -> gone. A spot reclaim ends
// it in any of these states after its notice, whatever a hook says.
import type { Clock } from "../clock/clock.ts";
import { type Hook, HookWaits } from "./hook-waits.ts";
import { type Activity, type Instance, isStaying, type Launcher, type LaunchTemplate } from "./instance.ts";

export type GroupOptions = {
  name: string;
  min: number;
  max: number;
  /** The termination hook, whose default is to go on. */
  hook: Hook;
  /** The launch hook, whose default is to abandon the instance; without one instances go into service at once. */
  launchHook?: Hook;
  zones: readonly string[];
  instanceType: string;
  clock: Clock;
  newInstanceId: () => string;
  launcher: Launcher;
  /** Called when an instance cannot be launched or ended. */
  onError: (error: unknown, instanceId: string) => void;
};

const keptActivities = 200;
const relaunchAfterMs = 5_000;

/** A group of instances. */
export class ScalingGroup {
  readonly options: GroupOptions;
  readonly activities: Activity[] = [];
  readonly #instances = new Map<string, Instance>();
  readonly #waits: HookWaits;
  readonly #ending = new Set<Promise<void>>();
  #desired: number;
  #bounds: Pick<GroupOptions, "min" | "max">;
  #template: LaunchTemplate = { version: 1, environment: {} };
  /** Instances above the desired capacity, which a refresh starts before it ends others. */
  #spare = 0;
  #refusal: string | undefined;
  #isRelaunching = false;

  constructor(options: GroupOptions) {
    this.options = options;
    this.#waits = new HookWaits(options.clock);
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

  /** What the next instances are launched with. */
  get template(): LaunchTemplate {
    return this.#template;
  }

  /** All instances, oldest first. */
  get instances(): readonly Instance[] {
    return [...this.#instances.values()];
  }

  /** Instances that are not about to end, oldest first. */
  get staying(): readonly Instance[] {
    return this.instances.filter(isStaying);
  }

  /** Makes a version of the launch template, with which the next instances are launched. */
  newTemplate(environment: LaunchTemplate["environment"]): LaunchTemplate {
    this.#template = { version: this.#template.version + 1, environment };
    return this.#template;
  }

  /** From now on EC2 refuses every launch with this message; undefined for no more. */
  refuseLaunches(message: string | undefined): void {
    this.#refusal = message;
  }

  /** Sets the desired number of instances. Throws RangeError outside the group's bounds. */
  setDesired(count: number, cause: string): void {
    const { min, max } = this.#bounds;
    if (count < min || count > max)
      throw new RangeError(`desired capacity ${count} is outside ${min} to ${max}`);
    this.#desired = count;
    this.#reconcile(cause);
  }

  /** Sets how many instances run above the desired capacity, and ends one with it, if named. */
  setSpare(count: number, cause: string, leaving?: string): void {
    this.#spare = count;
    const instance = leaving === undefined ? undefined : this.#instances.get(leaving);
    if (instance !== undefined && isStaying(instance)) this.#beginTermination(instance, cause);
    this.#reconcile(cause);
  }

  /**
   * Ends one instance through its hook. It is replaced unless the desired capacity falls with it.
   * @throws RangeError when the desired capacity cannot fall below the minimum
   */
  terminateInstance(instanceId: string, options: { decrement: boolean; cause: string }): boolean {
    const instance = this.#instances.get(instanceId);
    if (instance === undefined || !isStaying(instance)) return false;
    if (options.decrement && this.#desired <= this.#bounds.min)
      throw new RangeError(
        `Currently, desiredSize equals minSize (${this.#bounds.min}). Terminating instance without replacement will violate group's min size constraint.`,
      );
    if (options.decrement) this.#desired -= 1;
    this.#beginTermination(instance, options.cause);
    this.#reconcile(options.cause);
    return true;
  }

  /** Completes the action of a hook, the termination hook unless named; false when the instance does not wait for it. */
  completeLifecycleAction(
    instanceId: string,
    hookName = this.options.hook.name,
    result: "CONTINUE" | "ABANDON" = "CONTINUE",
  ): boolean {
    if (!this.#waits.has(instanceId, hookName)) return false;
    if (hookName === this.options.hook.name) this.#proceed(instanceId, "lifecycle action completed");
    else if (result === "ABANDON") this.#abandon(instanceId, "the launch was abandoned");
    else this.#enterService(instanceId);
    return true;
  }

  /** Starts a hook's timeout again, within the cap. */
  recordHeartbeat(instanceId: string, hookName: string): boolean {
    return this.#waits.heartbeat(instanceId, hookName);
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
    this.#spare = 0;
    for (const { id } of this.instances) this.#end(id, graceMs, "the group is closed");
    await Promise.all(this.#ending);
  }

  #reconcile(cause: string): void {
    const wanted = this.#desired + this.#spare;
    const missing = wanted - this.staying.length;
    if (missing > 0 && this.#refusal !== undefined) return void this.#refuse(this.#refusal, cause);
    for (let left = missing; left > 0; left -= 1) this.#launch(cause);
    // First those that do not work yet, then the oldest.
    const candidates = this.staying
      .filter(({ protectedFromScaleIn }) => !protectedFromScaleIn)
      .sort((a, b) => Number(a.state === "InService") - Number(b.state === "InService"));
    for (const instance of candidates.slice(0, Math.max(0, -missing)))
      this.#beginTermination(instance, cause);
  }

  #refuse(message: string, cause: string): void {
    this.#note("", "launch failed", cause, message);
    this.#later("a launch had failed");
  }

  #launch(cause: string): void {
    const { clock, newInstanceId, zones, instanceType, launcher, onError } = this.options;
    const id = newInstanceId();
    const instance: Instance = {
      id,
      group: this.options.name,
      zone: zones[this.#instances.size % zones.length] ?? "local-a",
      type: instanceType,
      template: this.#template,
      state: "Pending",
      launchedAt: clock.now(),
      inServiceAt: undefined,
      protectedFromScaleIn: false,
    };
    this.#instances.set(id, instance);
    this.#note(id, "launched", cause);
    if (this.options.launchHook !== undefined) this.#awaitReady(instance, this.options.launchHook);
    launcher.launch(instance).then(
      () => {
        if (instance.state === "Pending") this.#enterService(id);
      },
      (error: unknown) => {
        onError(error, id);
        this.#abandon(id, "launch failed");
      },
    );
  }

  #awaitReady(instance: Instance, hook: Hook): void {
    instance.state = "Pending:Wait";
    this.#waits.begin(instance.id, hook, () => this.#abandon(instance.id, "the launch hook timed out"));
  }

  #enterService(instanceId: string): void {
    const instance = this.#instances.get(instanceId);
    if (instance === undefined) return;
    this.#waits.end(instanceId);
    instance.state = "InService";
    instance.inServiceAt = this.options.clock.now();
    this.#note(instanceId, "in service", "the worker is ready");
  }

  /** Ends an instance that never got ready. Another is tried after a pause, so that failing launches make no tight loop. */
  #abandon(instanceId: string, cause: string): void {
    this.#end(instanceId, 0, cause, () => this.#later(cause));
  }

  #beginTermination(instance: Instance, cause: string): void {
    instance.state = "Terminating:Wait";
    this.#note(instance.id, "terminating", cause);
    this.options.launcher.announce(instance.id, "autoscaling/target-lifecycle-state", "Terminated");
    this.#waits.begin(instance.id, this.options.hook, () =>
      this.#proceed(instance.id, "lifecycle hook timed out"),
    );
  }

  #proceed(instanceId: string, cause: string): void {
    const instance = this.#instances.get(instanceId);
    if (instance !== undefined) instance.state = "Terminating:Proceed";
    this.#end(instanceId, 10_000, cause);
  }

  #later(cause: string): void {
    if (this.#isRelaunching) return;
    this.#isRelaunching = true;
    const { clock } = this.options;
    clock.at(clock.now() + relaunchAfterMs, () => {
      this.#isRelaunching = false;
      this.#reconcile(cause);
    });
  }

  #end(instanceId: string, graceMs: number, cause: string, then = () => this.#reconcile(cause)): void {
    if (!this.#instances.delete(instanceId)) return;
    this.#waits.end(instanceId);
    this.#note(instanceId, "terminated", cause);
    const ended: Promise<void> = this.options.launcher
      .terminate(instanceId, graceMs)
      .catch((error: unknown) => this.options.onError(error, instanceId))
      .finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
    then();
  }

  #note(instanceId: string, what: Activity["what"], cause: string, message?: string): void {
    const at = this.options.clock.now();
    this.activities.unshift({ at, instanceId, what, cause, ...(message !== undefined && { message }) });
    this.activities.length = Math.min(this.activities.length, keptActivities);
  }
}
