// One run of a plan: starts the world and the workers, lets producers and faults run until everything has settled, then
// gathers the evidence.
import { FaultEngine } from "../faults/fault-engine.ts";
import { sprinkle } from "../faults/random-faults.ts";
import { emptySwitchboard, type Switchboard, targetedRules } from "../faults/targeted-faults.ts";
import { CampaignFleet, workerPrefix } from "../fleet/fleet.ts";
import { leftProcesses } from "../fleet/leftovers.ts";
import { watchClaims } from "../log/watch-claims.ts";
import type { Evidence } from "../oracle/evidence.ts";
import type { Plan } from "../plan/plan.ts";
import { randomOf } from "../plan/random.ts";
import { createProducer } from "../produce/producer.ts";
import { badly } from "../world/unreliable-delivery.ts";
import { startWorld, type World } from "../world/world.ts";
import { failFromBirth, type Producing, produceAll } from "./produce-all.ts";
import { type Books, gather, openBooks, settled } from "./run-state.ts";

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
  forget: () => void;
};

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
    deliver: (invoke) => badly(invoke, { random: randomOf(plan.seed + 1), count }),
    leaseSeconds: plan.leaseSeconds,
  });
  const books = openBooks(world, options.patienceMs);
  const board = emptySwitchboard();
  const fleet = new CampaignFleet({
    places: plan.workers,
    env: world.workerEnv,
    folder: world.folder,
    log: (event) => books.events.push(event),
    entry: options.entry,
  });
  try {
    const produce = await createProducer(world.clients, world.names);
    const producing: Producing = { plan, books, board, produce, failing: new Map() };
    failFromBirth(producing);
    const calm = stir({ plan, world, fleet, board, books, count, options });
    await fleet.start();
    await produceAll(producing);
    await settled(books);
    calm();
    await fleet.end();
    const evidence = await gather(books);
    await world.close({ keepFolder: true });
    return {
      evidence: { ...evidence, leftovers: { ...evidence.leftovers, processes: leftProcesses(world.folder) } },
      faults,
      seconds: (Date.now() - startedAt) / 1000,
      folder: world.folder,
      forget: world.forget,
    };
  } catch (error) {
    await fleet.end().catch(() => {});
    await world.close();
    throw error;
  }
}

type Stirring = {
  plan: Plan;
  world: World;
  fleet: CampaignFleet;
  board: Switchboard;
  books: Books;
  count: (kind: string) => void;
  options: RunOptions;
};

/** Starts injecting the plan's faults. The returned function ends the faults of single requests. */
function stir({ plan, world, fleet, board, books, count, options }: Stirring): () => void {
  const { cloud, names, recorder } = world;
  const jobsTable = names.tables.jobs;
  const isWorker = (id: string) => id.startsWith(workerPrefix);
  let stirring = true;
  const engine = new FaultEngine({
    faults: plan.faults,
    leaseSeconds: plan.leaseSeconds,
    fleet,
    board,
    count,
    claimedAgain: watchClaims(recorder, jobsTable),
    otherEntry: options.otherEntry,
  });
  const kill = (id: string) => fleet.find(id)?.kill();
  cloud.faults.push(
    ...targetedRules({ board, uploadsBucket: names.buckets.uploads, jobsTable, isWorker, count, kill }),
    sprinkle({ ...plan.requests, isWorker, active: () => stirring, count }),
  );
  if (plan.requests.probability > 0) world.slack.disturb({ random: randomOf(plan.seed + 2), count });
  let seen = 0;
  recorder.subscribe(() => {
    const { size } = books.ended;
    if (size === seen) return;
    seen = size;
    options.onProgress?.(size);
    // Wait until the answer has left, so that what happens to the worker happens after its commit.
    setImmediate(() => engine.reached(size / plan.jobs));
  });
  return () => {
    stirring = false;
    world.slack.disturb(undefined);
  };
}
