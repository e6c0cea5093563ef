// One scenario. A first run without a fault lists the job's requests. Then one job runs for each crash point, and the next
// worker recovers it. The evidence of all these jobs is gathered at the end.
import { queueName } from "../../../../worker/fleet/resources.ts";
import { CampaignFleet, workerPrefix } from "../fleet/fleet.ts";
import { leftProcesses } from "../fleet/leftovers.ts";
import type { Evidence } from "../oracle/evidence.ts";
import type { PlannedInput } from "../plan/inputs.ts";
import { createProducer, type Produce } from "../produce/producer.ts";
import { answersEnded, type Books, gather, isStuck, openBooks, pause, settled } from "../run/run-state.ts";
import { startWorld, type World } from "../world/world.ts";
import { type CrashPoint, Executioner, pairsAlong, pointsAlong } from "./crash-points.ts";
import type { Scenario } from "./scenarios.ts";

export type CrashOptions = {
  /** Single crashes, or every ordered pair of them. */
  deaths: 1 | 2;
  /** Path of the worker's entry file. */
  entry: string;
  leaseSeconds?: number;
  patienceMs?: number;
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
  forget: () => void;
};

/** Runs a scenario. */
export async function runScenario(scenario: Scenario, options: CrashOptions): Promise<CrashResult> {
  const startedAt = Date.now();
  const { leaseSeconds } = options;
  const world = await startWorld({ ...(leaseSeconds !== undefined && { leaseSeconds }) });
  const books = openBooks(world, options.patienceMs);
  const victims = fleetOf(world, books, [scenario.kind], { prefix: `${workerPrefix}V`, options });
  const helpers = fleetOf(world, books, scenario.others, { prefix: `${workerPrefix}H`, options });
  const fleets = scenario.others.length === 0 ? [victims] : [victims, helpers];
  const produce = await createProducer(world.clients, world.names);
  const end = async () => void (await Promise.all(fleets.map((fleet) => fleet.end())));
  try {
    const executioner = new Executioner(world, {
      isVictim: (id) => id.startsWith(`${workerPrefix}V`),
      kill: (id) => victims.find(id)?.kill(),
    });
    await Promise.all(fleets.map((fleet) => fleet.start()));
    for (const input of scenario.prepared) books.produced.push(await produce(input));
    await settled(books);
    const job = jobOf({ scenario, books, produce, executioner });
    await job(scenario.input(0), []);
    const requests = [...executioner.requests];
    const chosen = deathsAlong(requests, options);
    let [covered, total] = [0, chosen.length];
    for (const [index, points] of chosen.entries()) {
      const left = await job(scenario.input(index + 1), points);
      if (left === 0) covered += 1;
      else if (left < points.length) total -= 1;
    }
    await settled(books);
    await end();
    const evidence = await gather(books);
    await world.close({ keepFolder: true });
    const { folder, forget } = world;
    return {
      name: scenario.name,
      requests,
      covered,
      total,
      evidence: { ...evidence, leftovers: { ...evidence.leftovers, processes: leftProcesses(folder) } },
      seconds: (Date.now() - startedAt) / 1000,
      folder,
      forget,
    };
  } catch (error) {
    await end().catch(() => {});
    await world.close();
    throw error;
  }
}

const deathsAlong = (requests: readonly string[], { deaths }: CrashOptions): CrashPoint[][] =>
  deaths === 1 ? pointsAlong(requests).map((point) => [point]) : pairsAlong(requests);

function fleetOf(
  world: World,
  books: Books,
  kinds: readonly string[],
  { prefix, options }: { prefix: string; options: CrashOptions },
): CampaignFleet {
  return new CampaignFleet({
    places: 1,
    prefix,
    env: { ...world.workerEnv, FLEET_JOBS: kinds.join(","), FLEET_SLOTS: "1" },
    folder: world.folder,
    log: (event) => books.events.push(event),
    entry: options.entry,
  });
}

/** Sends one job and waits until it has ended and its message is gone. Resolves to the number of points not reached. */
function jobOf({
  scenario,
  books,
  produce,
  executioner,
}: {
  scenario: Scenario;
  books: Books;
  produce: Produce;
  executioner: Executioner;
}) {
  const { cloud, names } = books.world;
  const queue = queueName(names.fleet, scenario.kind);
  return async (input: PlannedInput, points: readonly CrashPoint[]): Promise<number> => {
    executioner.watch(points);
    const produced = await produce(input);
    books.produced.push(produced);
    books.lastEnd = Date.now();
    const left = () => {
      const { visible, inFlight } = cloud.sqs.metrics(queue);
      return visible + inFlight;
    };
    const done = () =>
      left() === 0 && produced.jobIds.every((jobId) => books.ended.has(jobId)) && answersEnded(books);
    while (!isStuck(books) && !done()) await pause(20);
    return executioner.left;
  };
}
