// Prepares a drill: two workers where the fleet may have two, one of them holding work.
import { type AutoScalingClient, SetDesiredCapacityCommand } from "@aws-sdk/client-auto-scaling";
import { systemClock } from "../../../worker/fleet/clock.ts";
import { FleetError } from "../../../worker/fleet/errors.ts";
import type { FleetState, LocalControl } from "../../control/local-control.ts";
import type { TargetWorker } from "./interruptions.ts";
import { heldBy, type MessageHistory, messageHistory } from "./message-history.ts";
import type { WatchedLog } from "./watched-log.ts";

/** No worker started or received anything. */
export class NoBusyWorker extends FleetError {}

const patienceSeconds = 60;
/** A worker that holds this many messages shows what happens to them. */
const enoughHeld = 6;

/** The running system and its log. */
export type ChooseOptions = {
  control: LocalControl;
  autoScaling: AutoScalingClient;
  log: WatchedLog;
  signal: AbortSignal;
};

/** Requests a second worker, so that another one can take over at once. */
export async function requestTwoWorkers({ control, autoScaling }: ChooseOptions): Promise<void> {
  const { desired, max, group } = await control.fleet();
  if (desired >= Math.min(2, max)) return;
  const DesiredCapacity = Math.min(2, max);
  await autoScaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName: group, DesiredCapacity }));
}

/**
 * Waits until all requested workers take work and one holds enough, then chooses the one that holds most.
 * @returns the worker, and the request after which its messages were counted
 * @throws NoBusyWorker
 */
export async function chooseWorker(options: ChooseOptions): Promise<{ worker: TargetWorker; seq: number }> {
  const { control, log, signal } = options;
  const end = systemClock.monotonic() + patienceSeconds * 1000;
  for (;;) {
    signal.throwIfAborted();
    const fleet = await control.fleet();
    const seq = await log.catchUp();
    const found = fullest(fleet, messageHistory(log.entries), seq);
    if (found !== undefined && found.held >= enoughHeld) return { worker: found.worker, seq };
    if (systemClock.monotonic() > end) {
      if (found !== undefined && found.held > 0) return { worker: found.worker, seq };
      throw new NoBusyWorker(`no worker received the pictures fed within ${patienceSeconds} s`);
    }
    await systemClock.sleep(50, signal);
  }
}

function fullest(fleet: FleetState, history: MessageHistory, seq: number) {
  const working = fleet.instances.flatMap(({ id, state, process, caller }) =>
    state === "InService" && process !== null && caller !== null ? [{ instance: id, process, caller }] : [],
  );
  if (working.length < Math.min(2, fleet.max)) return undefined;
  const loaded = working.map((worker) => ({ worker, held: heldBy(history, worker.caller, seq).length }));
  // Until all workers have received work, none could take over at once.
  if (loaded.some(({ worker }) => !hasReceived(history, worker.caller))) return undefined;
  return loaded.sort((a, b) => b.held - a.held)[0];
}

function hasReceived(history: MessageHistory, who: string): boolean {
  for (const steps of history.values()) if (steps.some((step) => step.who === who)) return true;
  return false;
}
