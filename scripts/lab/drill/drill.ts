// One drill on a system that was found: from the first picture fed to the result.
import { randomBytes } from "node:crypto";
import type { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import type { Applied, LocalControl } from "../../control/local-control.ts";
import type { Target } from "../../submit/target.ts";
import type { DrillArguments, DrillName } from "./arguments.ts";
import { befall, type Seen, slowMs, usualSeconds, type Victim } from "./befall.ts";
import { custodyOf, type Fate, fateOf, heldBy, receivedAfter } from "./custody.ts";
import { type DrillResult, problemsOf, timesOf } from "./drill-result.ts";
import { type Fed, type Feed, prepareFeed } from "./feed.ts";
import { askForTwo, chooseVictim } from "./stage.ts";
import { type WatchedLog, watchLog } from "./watched-log.ts";

/** What a drill works with. */
export type DrillParts = {
  target: Target;
  control: LocalControl;
  autoScaling: AutoScalingClient;
  /** State the worker of an instance announces. */
  announced: (instance: string) => Promise<string | undefined>;
  signal: AbortSignal;
  tell: (line: string) => void;
};

/** Carries it out. @throws FleetError when nobody works, or the system goes away */
export async function drill(asked: DrillArguments, parts: DrillParts): Promise<DrillResult> {
  const log = watchLog(parts.control);
  const album = `drill-${asked.drill}-${randomBytes(4).toString("hex")}`;
  const feed = await prepareFeed(parts.target, album);
  try {
    return await onStage(asked, parts, log, feed);
  } finally {
    await log.stop();
    await feed.close();
  }
}

async function onStage(
  asked: DrillArguments,
  parts: DrillParts,
  log: WatchedLog,
  feed: Feed,
): Promise<DrillResult> {
  const { control, autoScaling, signal, tell } = parts;
  const stage = { control, autoScaling, log, signal };
  tell("feeding pictures until the workers have their hands full");
  await askForTwo(stage);
  feed.start();
  const { victim, seq } = await chooseVictim(stage);
  const leaseSeconds = leaseOf(log.entries, victim);
  const seconds = asked.seconds ?? usualSeconds(asked.drill, leaseSeconds);
  tell(announcements[asked.drill](victim.instance, seconds, leaseSeconds));
  const eventAt = Date.now();
  const announced = () => parts.announced(victim.instance);
  const seen = await befall[asked.drill]({ ...parts, victim, seconds, leaseSeconds, announced });
  signal.throwIfAborted();
  tell("waiting for the outcome of every picture");
  const jobs = await feed.stop(2 * leaseSeconds + 60);
  await log.catchUp();
  const hookSeconds = (await control.fleet()).hookSeconds;
  const deadlineSeconds = { spot: seconds, "scale-in": hookSeconds }[asked.drill as string] ?? null;
  const facts = { asked, parts, victim, seq, eventAt, seconds, leaseSeconds, deadlineSeconds };
  return resultOf(facts, log.entries, seen, jobs);
}

const announcements: Record<DrillName, (instance: string, seconds: number, leaseSeconds: number) => string> =
  {
    spot: (instance, seconds) => `${instance} gets an interruption notice of ${seconds} s`,
    rebalance: (instance) => `${instance} gets a rebalance recommendation`,
    "scale-in": (instance) => `Auto Scaling ends ${instance}`,
    crash: (instance) => `the worker on ${instance} is killed -9`,
    pause: (instance, seconds) => `the worker on ${instance} freezes for ${seconds} s`,
    "slow-sqs": (_, seconds, leaseSeconds) =>
      `every SQS call takes ${slowMs(leaseSeconds) / 1000} s more for ${seconds} s`,
  };

/** The visibility timeout the worker asked for last; a minute where it asked for none. */
function leaseOf(log: readonly Applied[], { caller }: Victim): number {
  const asked = log.findLast(
    ({ from, summary }) => from === caller && typeof summary?.visibilitySeconds === "number",
  );
  return Number(asked?.summary?.visibilitySeconds ?? 60);
}

type Facts = {
  asked: DrillArguments;
  parts: DrillParts;
  victim: Victim;
  seq: number;
  /** Epoch milliseconds. */
  eventAt: number;
  seconds: number;
  leaseSeconds: number;
  deadlineSeconds: number | null;
};

function resultOf(facts: Facts, log: readonly Applied[], { exit, announced }: Seen, jobs: Fed): DrillResult {
  const { asked, victim, seq, eventAt, seconds, leaseSeconds, deadlineSeconds } = facts;
  const custody = custodyOf(log);
  const held = heldBy(custody, victim.caller, seq);
  // What a worker that goes on receives later is its daily work.
  const later = deadlineSeconds === null ? [] : receivedAfter(custody, victim.caller, seq);
  const landed = later.filter((message) => !held.includes(message));
  const event = { who: victim.caller, seq, eventAt };
  const fate: Fate = fateOf(custody, [...held, ...landed], event);
  const since = (at: number) => (at - eventAt) / 1000;
  const theirs = log.filter((entry) => entry.seq > seq && entry.from === victim.caller);
  const completions = theirs.filter(
    ({ action, status }) => action === "CompleteLifecycleAction" && status === 200,
  );
  const result = {
    v: 1,
    drill: asked.drill,
    fleet: facts.parts.target.names.fleet,
    worker: { instance: victim.instance, process: victim.process },
    seconds,
    leaseSeconds,
    held: held.length,
    landed: landed.length,
    finished: fate.finished,
    handedBack: fate.returned,
    aborted: jobs.aborted,
    takenOver: fate.takenOverMs.length,
    left: fate.left,
    pickedUp: timesOf(fate.pickedUpMs),
    takenOverAfter: timesOf(fate.takenOverMs),
    drainSeconds: fate.lastSettledAt === undefined ? null : since(fate.lastSettledAt),
    deadlineSeconds,
    lifecycle: {
      completed: completions.length,
      afterSeconds: completions[0] === undefined ? null : since(completions[0].at),
    },
    exit: exit === undefined ? null : { code: exit.code, signal: exit.signal, afterSeconds: since(exit.at) },
    announced: announced ?? null,
    refusedWrites: theirs.filter(isRefusedWrite).length,
    jobs,
  } as const;
  return { ...result, problems: problemsOf(result) };
}

/** Refused by a condition, a fence or a stale handle; a condition may also fail for a reason of everyday life. */
function isRefusedWrite({ service, action, status }: Applied): boolean {
  return (
    status === 400 && service === "dynamodb" && (action === "TransactWriteItems" || action === "UpdateItem")
  );
}
