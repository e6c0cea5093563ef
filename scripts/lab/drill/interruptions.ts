// The drills themselves: what each does to one worker, or to the queue, and when it is over.
import {
  type AutoScalingClient,
  TerminateInstanceInAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import { systemClock } from "../../../worker/fleet/clock.ts";
import type { FleetState, LocalControl } from "../../control/local-control.ts";
import type { DrillName } from "./arguments.ts";

/** The worker that the drill acts on. */
export type Victim = { instance: string; process: number; caller: string };

/** What a drill may use. */
export type Scene = {
  control: LocalControl;
  autoScaling: AutoScalingClient;
  victim: Victim;
  /** Length of the notice, the pause or the slowdown. */
  seconds: number;
  /** Lease length of the target worker. */
  leaseSeconds: number;
  /** The state that the target worker announces, e.g. `cautious`. */
  announced: () => Promise<string | undefined>;
  signal: AbortSignal;
};

/** How a process ended, and after how many seconds. */
export type Exit = FleetState["exits"][number];

/** What was observed during the drill. */
export type Seen = { exit: Exit | undefined; announced: string | undefined };

/** The default length of a drill in seconds. */
export const usualSeconds = (drill: DrillName, leaseSeconds: number): number =>
  ({
    spot: 120,
    "scale-in": 0,
    rebalance: 0,
    crash: 0,
    pause: Math.ceil(1.25 * leaseSeconds),
    "slow-sqs": 15,
  })[drill];

/** Added latency of an SQS call: noticeable, not retried by the SDK, and well within a lease. */
export const slowMs = (leaseSeconds: number): number => Math.min(2000, leaseSeconds * 100);

/** Runs each drill. Resolves when it is over. */
export const befall: Record<DrillName, (scene: Scene) => Promise<Seen>> = {
  spot: async (scene) => {
    await scene.control.reclaim(scene.victim.instance, scene.seconds);
    return { exit: await exitOf(scene, scene.seconds + 5), announced: undefined };
  },
  "scale-in": async (scene) => {
    const { hookSeconds } = await scene.control.fleet();
    await scene.autoScaling.send(
      new TerminateInstanceInAutoScalingGroupCommand({
        InstanceId: scene.victim.instance,
        ShouldDecrementDesiredCapacity: true,
      }),
    );
    return { exit: await exitOf(scene, hookSeconds + 5), announced: undefined };
  },
  rebalance: async (scene) => {
    await scene.control.rebalance(scene.victim.instance);
    let announced: string | undefined;
    await within(10, scene.signal, async () => {
      announced = await scene.announced();
      return announced === "cautious";
    });
    await systemClock.sleep(3000, scene.signal);
    return { exit: await exitOf(scene, 0), announced };
  },
  crash: async (scene) => {
    await scene.control.signal(scene.victim.instance, "SIGKILL");
    const exit = await exitOf(scene, 10);
    await systemClock.sleep((scene.leaseSeconds + 3) * 1000, scene.signal);
    return { exit, announced: undefined };
  },
  pause: async (scene) => {
    await scene.control.signal(scene.victim.instance, "SIGSTOP");
    try {
      await systemClock.sleep(scene.seconds * 1000, scene.signal);
    } finally {
      await scene.control.signal(scene.victim.instance, "SIGCONT");
    }
    await systemClock.sleep(3000, scene.signal);
    return { exit: await exitOf(scene, 0), announced: undefined };
  },
  "slow-sqs": async (scene) => {
    const fault = { kind: "delay", beforeMs: slowMs(scene.leaseSeconds) };
    await scene.control.addFaults([{ service: "sqs", fault }]);
    try {
      await systemClock.sleep(scene.seconds * 1000, scene.signal);
    } finally {
      await scene.control.clearFaults();
    }
    return { exit: await exitOf(scene, 0), announced: undefined };
  },
};

/** How the target's process exited, if it does so within this many seconds. */
async function exitOf({ control, victim, signal }: Scene, seconds: number): Promise<Exit | undefined> {
  let exit: Exit | undefined;
  await within(seconds, signal, async () => {
    exit = (await control.fleet()).exits.find(({ process }) => process === victim.process);
    return exit !== undefined;
  });
  return exit;
}

/** Polls at least once, then until the condition holds or the time is over. */
async function within(seconds: number, signal: AbortSignal, isSo: () => Promise<boolean>): Promise<void> {
  const end = systemClock.monotonic() + seconds * 1000;
  while (!(await isSo()) && systemClock.monotonic() < end && !signal.aborted)
    await systemClock.sleep(200, signal);
}
