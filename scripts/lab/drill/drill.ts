// One drill on a running system, from the first picture fed to the result.
import { randomBytes } from "node:crypto";
import type { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import type { Applied, LocalControl } from "../../control/local-control.ts";
import type { FleetStatus } from "../../status/fleet-status.ts";
import type { Target } from "../../submit/target.ts";
import { type DrillArguments, type DrillName, type FleetDrillName, fleetDrills } from "./arguments.ts";
import { chooseWorker, requestTwoWorkers } from "./choose-worker.ts";
import { type DrillResult, type OutageResult, problemsOf, timesOf } from "./drill-result.ts";
import { type Fed, type Feed, prepareFeed } from "./feed.ts";
import { fleetDrill } from "./fleet-drills.ts";
import type { FleetDrillResult } from "./fleet-result.ts";
import { defaultSeconds, interruptions, type Observed, slowMs, type TargetWorker } from "./interruptions.ts";
import { type Fate, fateOf, heldBy, messageHistory, receivedAfter } from "./message-history.ts";
import { readEvidence } from "./outage/evidence.ts";
import { prepareMixedFeed } from "./outage/mixed-feed.ts";
import { type WatchedLog, watchLog } from "./watched-log.ts";

/** What a drill works with. */
export type DrillParts = {
  target: Target;
  control: LocalControl;
  autoScaling: AutoScalingClient;
  /** The state that an instance's worker announces. */
  announced: (instance: string) => Promise<string | undefined>;
  status: () => Promise<FleetStatus>;
  signal: AbortSignal;
  progress: (line: string) => void;
};

/** A drill on one worker. */
type WorkerDrill = DrillArguments & { drill: DrillName };

const onWorker = (asked: DrillArguments): asked is WorkerDrill =>
  !(fleetDrills as readonly string[]).includes(asked.drill);

/** Runs a drill. @throws FleetError when no worker takes work or the system goes away */
export async function drill(
  asked: DrillArguments,
  parts: DrillParts,
): Promise<DrillResult | FleetDrillResult> {
  const log = watchLog(parts.control);
  const album = `drill-${asked.drill}-${randomBytes(4).toString("hex")}`;
  const feed = await (asked.drill === "outage"
    ? prepareMixedFeed({ target: parts.target, label: album, rate: asked.rate })
    : prepareFeed(parts.target, album));
  try {
    if (onWorker(asked)) return await runOnSystem(asked, parts, log, feed);
    const fleet = parts.target.names.fleet;
    return await fleetDrill(asked.drill as FleetDrillName, { ...parts, fleet, log, feed });
  } finally {
    await log.stop();
    await feed.close();
  }
}

async function runOnSystem(
  asked: WorkerDrill,
  parts: DrillParts,
  log: WatchedLog,
  feed: Feed,
): Promise<DrillResult> {
  const { control, autoScaling, signal, progress } = parts;
  const options = { control, autoScaling, log, signal };
  progress(`feeding ${fedOf(asked)} until the workers are busy`);
  await requestTwoWorkers(options);
  feed.start();
  const { worker, seq } = await chooseWorker(options);
  const leaseSeconds = leaseOf(log.entries, worker);
  const seconds = asked.seconds ?? defaultSeconds(asked.drill, leaseSeconds);
  progress(announcementOf(asked, { instance: worker.instance, seconds, leaseSeconds }));
  const eventAt = Date.now();
  const announced = () => parts.announced(worker.instance);
  const seen = await interruptions[asked.drill]({
    ...parts,
    worker,
    seconds,
    leaseSeconds,
    announced,
    service: asked.service,
  });
  signal.throwIfAborted();
  progress("waiting for every outcome");
  const jobs = await feed.stop(2 * leaseSeconds + 60);
  await log.catchUp();
  const hookSeconds = (await control.fleet()).hookSeconds;
  const deadlineSeconds = { spot: seconds, "scale-in": hookSeconds }[asked.drill as string] ?? null;
  const outage = seen.outage && (await outageOf(asked, parts, log.entries, seen.outage));
  const facts = { asked, parts, worker, seq, eventAt, seconds, leaseSeconds, deadlineSeconds, outage };
  return resultOf(facts, log.entries, seen, jobs);
}

const fedOf = ({ drill: name }: DrillArguments) =>
  name === "outage" ? "pictures, mails, texts and files" : "pictures";

async function outageOf(
  { service }: DrillArguments,
  { target }: DrillParts,
  log: readonly Applied[],
  { refusedCalls, ...times }: NonNullable<Observed["outage"]>,
): Promise<OutageResult> {
  const evidence = await readEvidence(target, log, times);
  const firsts = evidence.kinds.map(({ firstSeconds }) => firstSeconds);
  const recoveredSeconds = firsts.length === 0 ? null : Math.max(...firsts);
  return { service, recoveredSeconds, refusedCalls, ...evidence };
}

type Announced = { instance: string; seconds: number; leaseSeconds: number };

function announcementOf({ drill: name, service }: WorkerDrill, about: Announced): string {
  if (name === "outage") return `${service} answers the workers with errors for ${about.seconds} s`;
  return announcements[name](about.instance, about.seconds, about.leaseSeconds);
}

const announcements: Record<
  Exclude<DrillName, "outage">,
  (instance: string, seconds: number, leaseSeconds: number) => string
> = {
  spot: (instance, seconds) => `${instance} gets an interruption notice of ${seconds} s`,
  rebalance: (instance) => `${instance} gets a rebalance recommendation`,
  "scale-in": (instance) => `Auto Scaling terminates ${instance}`,
  crash: (instance) => `the worker on ${instance} is killed (kill -9)`,
  pause: (instance, seconds) => `the worker on ${instance} freezes for ${seconds} s`,
  "slow-sqs": (_, seconds, leaseSeconds) =>
    `every SQS call takes ${slowMs(leaseSeconds) / 1000} s longer for ${seconds} s`,
};

/** The visibility timeout that the worker requested last; 60 seconds when it never requested one. */
function leaseOf(log: readonly Applied[], { caller }: TargetWorker): number {
  const asked = log.findLast(
    ({ from, summary }) => from === caller && typeof summary?.visibilitySeconds === "number",
  );
  return Number(asked?.summary?.visibilitySeconds ?? 60);
}

type Facts = {
  asked: WorkerDrill;
  parts: DrillParts;
  worker: TargetWorker;
  seq: number;
  /** Epoch milliseconds. */
  eventAt: number;
  seconds: number;
  leaseSeconds: number;
  deadlineSeconds: number | null;
  outage: OutageResult | undefined;
};

function resultOf(
  facts: Facts,
  log: readonly Applied[],
  { exit, announced }: Observed,
  jobs: Fed,
): DrillResult {
  const { asked, worker, seq, eventAt, seconds, leaseSeconds, deadlineSeconds } = facts;
  const history = messageHistory(log);
  const held = heldBy(history, worker.caller, seq);
  // A worker that does not drain keeps receiving in normal work; that does not count.
  const later = deadlineSeconds === null ? [] : receivedAfter(history, worker.caller, seq);
  const landed = later.filter((message) => !held.includes(message));
  const event = { who: worker.caller, seq, eventAt };
  const fate: Fate = fateOf(history, [...held, ...landed], event);
  const since = (at: number) => (at - eventAt) / 1000;
  const theirs = log.filter((entry) => entry.seq > seq && entry.from === worker.caller);
  const completions = theirs.filter(
    ({ action, status }) => action === "CompleteLifecycleAction" && status === 200,
  );
  const result = {
    v: 1,
    drill: asked.drill,
    fleet: facts.parts.target.names.fleet,
    worker: { instance: worker.instance, process: worker.process },
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
    ...(facts.outage && { outage: facts.outage }),
    refusedWrites: theirs.filter(isRefusedWrite).length,
    jobs,
  } as const;
  return { ...result, problems: problemsOf(result) };
}

/** Refused by a condition, a fence or a stale handle. Conditions may also fail in normal work. */
function isRefusedWrite({ service, action, status }: Applied): boolean {
  return (
    status === 400 && service === "dynamodb" && (action === "TransactWriteItems" || action === "UpdateItem")
  );
}
