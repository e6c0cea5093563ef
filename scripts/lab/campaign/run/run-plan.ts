// One run of a plan: starts the world and the workers, lets producers and faults run until everything has waitUntilSettled, then
// gathers the evidence.
import { FaultEngine } from "../faults/fault-engine.ts";
import { createOutages, type Outages } from "../faults/outages.ts";
import { randomFaults } from "../faults/random-faults.ts";
import { type ArmedFaults, noFaultsArmed, targetedRules } from "../faults/targeted-faults.ts";
import { CampaignFleet, workerPrefix } from "../fleet/fleet.ts";
import { leftProcesses } from "../fleet/leftovers.ts";
import { watchClaims } from "../log/watch-claims.ts";
import type { Evidence } from "../oracle/evidence.ts";
import type { Plan } from "../plan/plan.ts";
import { randomOf } from "../plan/random.ts";
import { createProducer } from "../produce/producer.ts";
import { unreliably } from "../world/unreliable-delivery.ts";
import { startWorld, type World } from "../world/world.ts";
import { gatherEvidence } from "./gather-evidence.ts";
import { failOnceCreated, type Producing, produceAll } from "./produce-all.ts";
import { type RunState, trackRun, waitUntilSettled } from "./run-state.ts";

export type RunOptions = {
  /** Path of the worker's entry file. */
  entry: string;
  /** Entry file of another version of the worker, for the fault `other-version`. */
  otherEntry?: string;
  /** Called with the number of ended jobs whenever it changes. */
  onProgress?: (ended: number) => void;
  /** Milliseconds without any job ending after which the remaining jobs count as lost. */
  patienceMs?: number;
};

/** What a run produces for the oracle and the report. */
export type RunResult = {
  evidence: Evidence;
  faults: Record<string, number>;
  seconds: number;
  /** The folder with the workers' output. */
  folder: string;
  /** Removes the folder. */
  removeFolder: () => void;
};

const isWorker = (id: string): boolean => id.startsWith(workerPrefix);

/** Counts faults by kind. */
function counter(): { faults: Record<string, number>; count: (kind: string) => void } {
  const faults: Record<string, number> = {};
  const count = (kind: string) => {
    faults[kind] = (faults[kind] ?? 0) + 1;
  };
  return { faults, count };
}

/** Runs a plan. */
export async function runPlan(plan: Plan, options: RunOptions): Promise<RunResult> {
  const startedAt = Date.now();
  const { faults, count } = counter();
  const world = await startWorld({
    deliver: (invoke) => unreliably(invoke, { random: randomOf(plan.seed + 1), count }),
    leaseSeconds: plan.leaseSeconds,
  });
  const state = trackRun(world, options.patienceMs);
  const armed = noFaultsArmed();
  const fleet = new CampaignFleet({
    places: plan.workers,
    env: world.workerEnv,
    folder: world.folder,
    time: world.time,
    log: (event) => state.events.push(event),
    entry: options.entry,
  });
  try {
    const produce = await createProducer(world.clients, world.names, {
      now: world.now,
      newer: () => state.newerProducers,
    });
    const producing: Producing = { plan, state, armed, produce, count, failing: new Map() };
    failOnceCreated(producing);
    const outages = createOutages({ names: world.names, scale: world.time.scale, isWorker, count });
    state.outageUntil = outages.lastsUntil;
    const stopFaults = startFaults({ plan, world, fleet, armed, outages, state, count, options });
    await fleet.start();
    await produceAll(producing);
    await waitUntilSettled(state);
    stopFaults();
    await fleet.end();
    const evidence = await gatherEvidence(state);
    await world.close({ keepFolder: true });
    return {
      evidence: {
        ...evidence,
        outages: outages.played,
        leftovers: { ...evidence.leftovers, processes: leftProcesses(world.folder) },
      },
      faults,
      seconds: (Date.now() - startedAt) / 1000,
      folder: world.folder,
      removeFolder: world.removeFolder,
    };
  } catch (error) {
    await fleet.end().catch(() => {});
    await world.close();
    throw error;
  }
}

type Injection = {
  plan: Plan;
  world: World;
  fleet: CampaignFleet;
  armed: ArmedFaults;
  outages: Outages;
  state: RunState;
  count: (kind: string) => void;
  options: RunOptions;
};

/** Starts injecting the plan's faults. The returned function ends the faults of single requests. */
function startFaults({ plan, world, fleet, armed, outages, state, count, options }: Injection): () => void {
  const { cloud, names, recorder } = world;
  const jobsTable = names.tables.jobs;
  let active = true;
  const engine = new FaultEngine({
    faults: plan.faults,
    leaseSeconds: plan.leaseSeconds,
    fleet,
    armed,
    count,
    claimedAgain: watchClaims(recorder, jobsTable),
    beginOutages: outages.begin,
    onNewerProducers: () => {
      state.newerProducers = true;
    },
    onNewerWorkers: () => {
      state.newerWorkers = true;
    },
    otherEntry: options.otherEntry,
  });
  const kill = (id: string) => fleet.find(id)?.kill();
  cloud.faults.push(
    ...targetedRules({ armed, uploadsBucket: names.buckets.uploads, jobsTable, isWorker, count, kill }),
    // After the targeted ones: a slow answer must not take the place of a poisoned read.
    outages.rule,
    randomFaults({ ...plan.requests, isWorker, active: () => active, count }),
  );
  if (plan.requests.probability > 0) world.slack.disturb({ random: randomOf(plan.seed + 2), count });
  let seen = 0;
  recorder.subscribe(() => {
    const { size } = state.ended;
    if (size === seen) return;
    seen = size;
    options.onProgress?.(size);
    // Wait until the answer has left, so that what happens to the worker happens after its commit.
    setImmediate(() => engine.reached(size / plan.jobs));
  });
  return () => {
    active = false;
    world.slack.disturb(undefined);
  };
}
