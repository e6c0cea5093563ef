// The drills themselves: what each does to one worker, or to the queue, and when it is over.
import type { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { systemClock } from "../../../worker/fleet/clock.ts";
import type { FleetState, LocalControl } from "../../control/local-control.ts";
import { scaleIn } from "../scale-in.ts";
import { within } from "../within.ts";
import type { DrillName, OutageService } from "./arguments.ts";
import type { OutageTimes } from "./outage/evidence.ts";

/** The worker that the drill acts on. */
export type TargetWorker = { instance: string; process: number; caller: string };

/** What a drill may use. */
export type DrillContext = {
  control: LocalControl;
  autoScaling: AutoScalingClient;
  worker: TargetWorker;
  /** Length of the notice, the pause or the slowdown. */
  seconds: number;
  /** Lease length of the target worker. */
  leaseSeconds: number;
  /** The service an outage takes away. */
  service: OutageService;
  /** The state that the target worker announces, e.g. `cautious`. */
  announced: () => Promise<string | undefined>;
  signal: AbortSignal;
};

/** How a process ended, and after how many seconds. */
export type Exit = FleetState["exits"][number];

/** What was observed during the drill. */
export type Observed = {
  exit: Exit | undefined;
  announced: string | undefined;
  /** When the outage was, and how many calls of workers it refused. */
  outage?: OutageTimes & { refusedCalls: number };
};

/** The default length of a drill in seconds. */
export const defaultSeconds = (drill: DrillName, leaseSeconds: number): number =>
  ({
    spot: 120,
    "scale-in": 0,
    rebalance: 0,
    crash: 0,
    pause: Math.ceil(1.25 * leaseSeconds),
    "slow-sqs": 15,
    outage: 60,
  })[drill];

/** Added latency of an SQS call: noticeable, not retried by the SDK, and well within a lease. */
export const slowMs = (leaseSeconds: number): number => Math.min(2000, leaseSeconds * 100);

/** Runs each drill. Resolves when it is over. */
export const interruptions: Record<DrillName, (context: DrillContext) => Promise<Observed>> = {
  spot: async (context) => {
    await context.control.reclaim(context.worker.instance, context.seconds);
    return { exit: await exitOf(context, context.seconds + 5), announced: undefined };
  },
  "scale-in": async (context) => {
    const { hookSeconds } = await context.control.fleet();
    await scaleIn(context.autoScaling, context.worker.instance);
    return { exit: await exitOf(context, hookSeconds + 5), announced: undefined };
  },
  rebalance: async (context) => {
    await context.control.rebalance(context.worker.instance);
    let announced: string | undefined;
    await within(10, context.signal, async () => {
      announced = await context.announced();
      return announced === "cautious";
    });
    await systemClock.sleep(3000, context.signal);
    return { exit: await exitOf(context, 0), announced };
  },
  crash: async (context) => {
    await context.control.signal(context.worker.instance, "SIGKILL");
    const exit = await exitOf(context, 10);
    await systemClock.sleep((context.leaseSeconds + 3) * 1000, context.signal);
    return { exit, announced: undefined };
  },
  pause: async (context) => {
    await context.control.signal(context.worker.instance, "SIGSTOP");
    try {
      await systemClock.sleep(context.seconds * 1000, context.signal);
    } finally {
      await context.control.signal(context.worker.instance, "SIGCONT");
    }
    await systemClock.sleep(3000, context.signal);
    return { exit: await exitOf(context, 0), announced: undefined };
  },
  "slow-sqs": async (context) => {
    const fault = { kind: "delay", beforeMs: slowMs(context.leaseSeconds) };
    await context.control.addFaults([{ service: "sqs", fault }]);
    try {
      await systemClock.sleep(context.seconds * 1000, context.signal);
    } finally {
      await context.control.clearFaults();
    }
    return { exit: await exitOf(context, 0), announced: undefined };
  },
  outage: async (context) => {
    const { control, service, seconds, signal } = context;
    const before = await errorsIn(control);
    const fault = { kind: "error", status: 500, code: "InternalError", message: "The drill's outage." };
    const startedAt = Date.now();
    await control.addFaults([{ service, from: workerCallers, fault }]);
    try {
      await systemClock.sleep(seconds * 1000, signal);
    } finally {
      await control.clearFaults();
    }
    const endedAt = Date.now();
    const refusedCalls = (await errorsIn(control)) - before;
    // New inputs still arrive while the backlog is worked on.
    await systemClock.sleep(afterOutageMs, signal);
    return {
      exit: await exitOf(context, 0),
      announced: undefined,
      outage: { startedAt, endedAt, refusedCalls },
    };
  },
};

const afterOutageMs = 10_000;

/** Access key ids of workers start with this: a worker has its instance's. */
const workerCallers = "i-";

const errorsIn = async (control: LocalControl): Promise<number> => (await control.faultHits()).error ?? 0;

/** How the target's process exited, if it does so within this many seconds. */
async function exitOf({ control, worker, signal }: DrillContext, seconds: number): Promise<Exit | undefined> {
  let exit: Exit | undefined;
  await within(seconds, signal, async () => {
    exit = (await control.fleet()).exits.find(({ process }) => process === worker.process);
    return exit !== undefined;
  });
  return exit;
}
