// One scenario. A first run without a fault lists the job's requests. Then one job runs for each crash point, and the next
// worker recovers it. The evidence of all these jobs is gathered at the end.
import { queueName } from "../../../../worker/fleet/resources.ts";
import type { Part } from "../arguments.ts";
import { CampaignFleet, workerPrefix } from "../fleet/fleet.ts";
import { leftProcesses } from "../fleet/leftovers.ts";
import type { Evidence } from "../oracle/evidence.ts";
import type { PlannedInput } from "../plan/inputs.ts";
import { createProducer, type Produce } from "../produce/producer.ts";
import { gatherEvidence } from "../run/gather-evidence.ts";
import {
  allAnswersEnded,
  isStuck,
  type RunState,
  sleep,
  trackRun,
  waitUntilSettled,
} from "../run/run-state.ts";
import { startWorld, type World } from "../world/world.ts";
import { CrashInjector } from "./crash-injector.ts";
import { type CrashPoint, pairsAlong, pointsAlong } from "./crash-points.ts";
import type { Scenario } from "./scenarios.ts";

export type CrashOptions = {
  /** Single crashes, or every ordered pair of them. */
  deaths: 1 | 2;
  /** Some of them only. */
  part?: Part;
  /** Path of the worker's entry file. */
  entry: string;
  leaseSeconds?: number;
  patienceMs?: number;
  /** Told before each death how many have been, and of how many. */
  onDeath?: (done: number, of: number) => void;
};

export type CrashResult = {
  name: string;
  /** The job's requests, in order. */
  requests: readonly string[];
  /** Points that were reached, and how many exist. A run too short for its second crash does not have that point. */
  covered: number;
  total: number;
  evidence: Evidence;
  seconds: number;
  folder: string;
  removeFolder: () => void;
};

/** Runs a scenario. */
export async function runScenario(scenario: Scenario, options: CrashOptions): Promise<CrashResult> {
  const startedAt = Date.now();
  const { leaseSeconds } = options;
  const world = await startWorld({ ...(leaseSeconds !== undefined && { leaseSeconds }) });
  const state = trackRun(world, options.patienceMs);
  const targets = fleetOf(world, state, [scenario.kind], { prefix: `${workerPrefix}V`, options });
  const helpers = fleetOf(world, state, scenario.others, { prefix: `${workerPrefix}H`, options });
  const fleets = scenario.others.length === 0 ? [targets] : [targets, helpers];
  const produce = await createProducer(world.clients, world.names, world);
  const end = async () => void (await Promise.all(fleets.map((fleet) => fleet.end())));
  try {
    const injector = new CrashInjector(world, {
      isTarget: (id) => id.startsWith(`${workerPrefix}V`),
      kill: (id) => targets.find(id)?.kill(),
    });
    await Promise.all(fleets.map((fleet) => fleet.start()));
    for (const input of scenario.prepared) state.produced.push(await produce(input));
    await waitUntilSettled(state);
    const job = jobOf({ scenario, state, produce, injector });
    await job(scenario.input(0), []);
    const requests = [...injector.requests];
    const chosen = deathsAlong(requests, options);
    let [covered, total] = [0, chosen.length];
    for (const [index, points] of chosen.entries()) {
      options.onDeath?.(index, chosen.length);
      const left = await job(scenario.input(index + 1), points);
      if (left === 0) covered += 1;
      else if (left < points.length) total -= 1;
    }
    await waitUntilSettled(state);
    await end();
    const evidence = await gatherEvidence(state);
    await world.close({ keepFolder: true });
    const { folder, removeFolder } = world;
    return {
      name: scenario.name,
      requests,
      covered,
      total,
      evidence: { ...evidence, leftovers: { ...evidence.leftovers, processes: leftProcesses(folder) } },
      seconds: (Date.now() - startedAt) / 1000,
      folder,
      removeFolder,
    };
  } catch (error) {
    await end().catch(() => {});
    await world.close();
    throw error;
  }
}

function deathsAlong(
  requests: readonly string[],
  { deaths, part = { nth: 1, of: 1 } }: CrashOptions,
): CrashPoint[][] {
  const all = deaths === 1 ? pointsAlong(requests).map((point) => [point]) : pairsAlong(requests);
  return all.filter((_, index) => index % part.of === part.nth - 1);
}

function fleetOf(
  world: World,
  state: RunState,
  kinds: readonly string[],
  { prefix, options }: { prefix: string; options: CrashOptions },
): CampaignFleet {
  return new CampaignFleet({
    places: 1,
    prefix,
    env: { ...world.workerEnv, FLEET_JOBS: kinds.join(","), FLEET_SLOTS: "1" },
    folder: world.folder,
    time: world.time,
    log: (event) => state.events.push(event),
    entry: options.entry,
  });
}

/** Sends one job and waits until it has ended and its message is gone. Resolves to the number of points not reached. */
function jobOf({
  scenario,
  state,
  produce,
  injector,
}: {
  scenario: Scenario;
  state: RunState;
  produce: Produce;
  injector: CrashInjector;
}) {
  const { cloud, names } = state.world;
  const queue = queueName(names.fleet, scenario.kind);
  return async (input: PlannedInput, points: readonly CrashPoint[]): Promise<number> => {
    injector.watch(points);
    const produced = await produce(input);
    state.produced.push(produced);
    state.lastEnd = Date.now();
    const left = () => {
      const { visible, inFlight } = cloud.sqs.metrics(queue);
      return visible + inFlight;
    };
    const done = () =>
      left() === 0 && produced.jobIds.every((jobId) => state.ended.has(jobId)) && allAnswersEnded(state);
    while (!isStuck(state) && !done()) await sleep(20);
    return injector.left;
  };
}
