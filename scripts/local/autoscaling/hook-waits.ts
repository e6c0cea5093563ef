// Instances that wait for a lifecycle hook's action: completed, kept alive by heartbeats, or timed out.
import type { Clock } from "../clock/clock.ts";

/** A lifecycle hook: how long an instance waits for its action. */
export type Hook = { name: string; timeoutSeconds: number };

/** Hooks wait at most 48 hours or 100 timeouts, whichever is shorter (CompleteLifecycleAction API reference). */
const longestHookMs = 48 * 60 * 60 * 1000;
const mostHeartbeats = 100;

type Wait = { hook: Hook; onTimeout: () => void; cancel: () => void; endsBy: number };

/** The waits of a group's instances. An instance has one at most. */
export class HookWaits {
  readonly #clock: Clock;
  readonly #waits = new Map<string, Wait>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Lets an instance wait, in place of any earlier wait. */
  begin(instanceId: string, hook: Hook, onTimeout: () => void): void {
    this.end(instanceId);
    const endsBy = this.#clock.now() + Math.min(longestHookMs, hook.timeoutSeconds * 1000 * mostHeartbeats);
    this.#waits.set(instanceId, { hook, onTimeout, endsBy, cancel: this.#timer(hook, endsBy, onTimeout) });
  }

  /** Whether the instance waits for this hook. */
  has(instanceId: string, hookName: string): boolean {
    return this.#waits.get(instanceId)?.hook.name === hookName;
  }

  /** Starts the hook's timeout again, within the cap; false when the instance does not wait for it. */
  heartbeat(instanceId: string, hookName: string): boolean {
    const wait = this.#waits.get(instanceId);
    if (wait === undefined || wait.hook.name !== hookName) return false;
    wait.cancel();
    wait.cancel = this.#timer(wait.hook, wait.endsBy, wait.onTimeout);
    return true;
  }

  /** Ends the instance's wait, if it has one. */
  end(instanceId: string): void {
    this.#waits.get(instanceId)?.cancel();
    this.#waits.delete(instanceId);
  }

  #timer({ timeoutSeconds }: Hook, endsBy: number, onTimeout: () => void): () => void {
    return this.#clock.at(Math.min(endsBy, this.#clock.now() + timeoutSeconds * 1000), onTimeout);
  }
}
