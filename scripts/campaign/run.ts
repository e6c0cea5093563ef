// One run of a plan: surroundings, workers, producers and faults at once, until everything has come to rest; then the
// evidence is gathered and judged.

import { monitorEventLoopDelay } from "node:perf_hooks";
import { jobKinds } from "../../worker/jobs/catalog.ts";
import { contactSheet } from "../../worker/jobs/contact-sheet/job.ts";
import { jobIdOf } from "../../worker/jobs/define-job.ts";
import { resizeImage } from "../../worker/jobs/resize-image/job.ts";
import { queueName } from "../../worker/resources.ts";
import { FaultEngine } from "./faults/engine.ts";
import { sprinkle } from "./faults/sprinkle.ts";
import { emptySwitchboard, type Switchboard, targetedRules } from "./faults/targeted.ts";
import { CampaignFleet, workerPrefix } from "./fleet/fleet.ts";
import { leftFiles, leftProcesses } from "./fleet/leftovers.ts";
import { historyOf } from "./log/history.ts";
import { endIn } from "./log/ledger-writes.ts";
import type { ProcessEvent } from "./log/process-log.ts";
import { watchClaims } from "./log/watch-claims.ts";
import type { Evidence } from "./oracle/evidence.ts";
import type { PlannedInput } from "./plan/inputs.ts";
import { type Plan, randomOf } from "./plan/plan.ts";
import { createProducer, type Produce } from "./produce/producer.ts";
import { type ProducedInput, producedOf } from "./produce/producer-log.ts";
import { redrive } from "./produce/redrive.ts";
import { compare, orphanRows, readCloud } from "./reference/compare.ts";
import { reference } from "./reference/reference.ts";
import { badly } from "./world/deliver.ts";
import { startWorld, type World } from "./world/world.ts";

export type RunOptions = {
  /** Another worker's entry instead of the one in the sources: a bundle, or one with a seeded defect. */
  entry?: string;
  /** Entry for the fault `other-version`. */
  otherEntry?: string;
  /** Told from time to time how many jobs have ended. */
  onProgress?: (ended: number) => void;
  /** Milliseconds without any job ending after which the rest counts as lost. */
  patienceMs?: number;
};

/** What a run leaves for the judge and for the report. */
export type RunResult = {
  evidence: Evidence;
  faults: Record<string, number>;
  redriven: number;
  seconds: number;
  /** Where the workers' output lies, if it was kept. */
  folder: string;
  /** Removes it. */
  forget: () => void;
};

type Run = {
  plan: Plan;
  world: World;
  fleet: CampaignFleet;
  board: Switchboard;
  produce: Produce;
  produced: ProducedInput[];
  ended: Set<string>;
  /** Jobs of which a queue has taken a message. */
  enqueued: Set<string>;
  redriven: Set<string>;
  /** Keys whose next version is to fail. */
  failing: Map<string, "poisoned" | "crashing">;
  events: ProcessEvent[];
  lastEnd: number;
  stalls: ReturnType<typeof monitorEventLoopDelay>;
  patienceMs: number;
};

/** Jobs sent and not ended that producers allow before they wait. */
const backlog = 120;

/** Carries out a plan. */
export async function runPlan(plan: Plan, options: RunOptions = {}): Promise<RunResult> {
  const startedAt = Date.now();
  const faults: Record<string, number> = {};
  const count = (kind: string) => {
    faults[kind] = (faults[kind] ?? 0) + 1;
  };
  const world = await startWorld((invoke) => badly(invoke, { random: randomOf(plan.seed + 1), count }));
  const board = emptySwitchboard();
  const events: ProcessEvent[] = [];
  const fleet = new CampaignFleet({
    places: plan.workers,
    env: world.workerEnv,
    folder: world.folder,
    log: (event) => events.push(event),
    ...(options.entry && { entry: options.entry }),
  });
  const run: Run = {
    plan,
    world,
    fleet,
    board,
    produce: await createProducer(world.clients, world.names),
    produced: [],
    ended: new Set(),
    enqueued: new Set(),
    redriven: new Set(),
    failing: new Map(),
    events,
    lastEnd: Date.now(),
    stalls: monitorEventLoopDelay(),
    patienceMs: options.patienceMs ?? 60_000,
  };
  run.stalls.enable();
  try {
    const isWorker = (id: string) => id.startsWith(workerPrefix);
    let stirring = true;
    const engine = new FaultEngine({
      faults: plan.faults,
      fleet,
      board,
      count,
      claimedAgain: watchClaims(world.recorder, world.names.tables.jobs),
      otherEntry: options.otherEntry,
    });
    const uploadsBucket = world.names.buckets.uploads;
    const jobsTable = world.names.tables.jobs;
    world.cloud.faults.push(
      ...targetedRules({
        board,
        uploadsBucket,
        jobsTable,
        isWorker,
        count,
        kill: (id) => fleet.find(id)?.kill(),
      }),
      sprinkle({ ...plan.requests, isWorker, active: () => stirring, count }),
    );
    follow(run, engine, options.onProgress);
    await fleet.start();
    await produceAll(run);
    await settled(run);
    stirring = false;
    await fleet.end();
    const evidence = await gather(run);
    await world.close({ keepFolder: true });
    return {
      evidence: { ...evidence, leftovers: { ...evidence.leftovers, processes: leftProcesses(world.folder) } },
      faults,
      redriven: run.redriven.size,
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

/** Keeps count of ended jobs and lets the faults happen that belong to each stage. */
function follow(run: Run, engine: FaultEngine, onProgress: RunOptions["onProgress"]): void {
  const { world, plan, ended } = run;
  world.recorder.subscribe((record) => {
    if (record.what === "put" && record.bucket === world.names.buckets.uploads) fail(run, record);
    if (record.what === "sent") run.enqueued.add(record.jobId);
    const jobId = endIn(record, world.names.tables.jobs);
    if (jobId === undefined) return;
    run.lastEnd = Date.now();
    ended.add(jobId);
    if (ended.size % 50 === 0) onProgress?.(ended.size);
    // After the answer has left: what happens to the worker now happens after its commit, not before it.
    setImmediate(() => engine.reached(ended.size / plan.jobs));
  });
}

/** A version that is to fail does so from the moment it exists: its reader may be faster than the answer to its put. */
function fail(
  { failing, board }: Run,
  { key, versionId }: { key: string; versionId: string | undefined },
): void {
  const how = failing.get(key);
  failing.delete(key);
  if (how !== undefined) board[how].add(versionId ?? "");
}

async function produceAll(run: Run): Promise<void> {
  const { plan, board } = run;
  const first = plan.inputs.filter(({ kind }) => kind !== "removal");
  const sent = new Set<PlannedInput>();
  const send = async (input: PlannedInput) => {
    if (sent.has(input)) return;
    sent.add(input);
    await sendOne(run, input);
  };
  let redrives = 0;
  for (const [index, input] of first.entries()) {
    if (input.kind === "picture" && input.fate === "overwritten") {
      const after = first
        .slice(index + 1)
        .find((later) => later.kind === "picture" && later.key === input.key);
      if (after !== undefined) board.overwritten.set(input.key, () => void send(after));
    }
    await send(input);
    await roomAgain(run);
    if (index >= (first.length * (redrives + 1)) / 3) {
      redrives += 1;
      await redriveDead(run);
    }
  }
  await settled(run);
  await Promise.all([
    redriveDead(run),
    (async () => {
      for (const input of plan.inputs) if (input.kind === "removal") await send(input);
    })(),
  ]);
}

async function sendOne(run: Run, input: PlannedInput): Promise<void> {
  const fate = input.kind === "picture" ? input.fate : undefined;
  const fails = fate === "poisoned" || fate === "crashing";
  if (input.kind === "picture" && fails) run.failing.set(input.key, fate);
  const produced = await run.produce(input);
  run.produced.push(produced);
  // Were it overtaken by the event of a later version, it would be superseded instead of failing.
  while (fails && !produced.jobIds.every((jobId) => run.enqueued.has(jobId)) && waited(run) < run.patienceMs)
    await pause(20);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function roomAgain(run: Run): Promise<void> {
  while (expectedJobs(run) - run.ended.size > backlog && waited(run) < run.patienceMs) await pause(20);
}

const expectedJobs = ({ produced }: Run): number =>
  produced.reduce((sum, { jobIds }) => sum + jobIds.length, 0);

const waited = ({ lastEnd }: Run): number => Date.now() - lastEnd;

/** The operator mends what made jobs fail and sends them back. */
async function redriveDead(run: Run): Promise<void> {
  const { world, board, produced } = run;
  const versions = new Map(
    produced.flatMap(({ jobIds, versionId }) => jobIds.map((jobId) => [jobId, versionId] as const)),
  );
  const mend = (jobId: string) => {
    const version = versions.get(jobId) ?? "";
    board.poisoned.delete(version);
    board.crashing.delete(version);
    run.redriven.add(jobId);
  };
  await redrive(world.clients.sqs, world.names.fleet, resizeImage.kind, mend);
}

/** Sheets follow from pictures: the reference says which. */
function chained(run: Run): { jobId: string; kind: string; name: string }[] {
  return [...reference(run.produced, run.redriven).sheets].map((name) => {
    const cut = name.lastIndexOf(" ");
    const [album, threshold] = [name.slice(0, cut), Number(name.slice(cut + 1))];
    return { jobId: jobIdOf(contactSheet, { album, threshold, revision: 1 }), kind: contactSheet.kind, name };
  });
}

/** Waits until every job that must end has ended and no message is left, or until nothing has ended for too long. */
async function settled(run: Run): Promise<void> {
  const { world, ended } = run;
  const left = () =>
    jobKinds.reduce((sum, kind) => {
      const { visible, inFlight } = world.cloud.sqs.metrics(queueName(world.names.fleet, kind));
      return sum + visible + inFlight;
    }, 0);
  const atRest = () =>
    left() === 0 &&
    run.produced.every(({ jobIds }) => jobIds.every((jobId) => ended.has(jobId))) &&
    chained(run).every(({ jobId }) => ended.has(jobId));
  run.lastEnd = Date.now();
  for (let looks = 0; looks < 3 && waited(run) < run.patienceMs; looks = atRest() ? looks + 1 : 0)
    await pause(150);
}

async function gather(run: Run): Promise<Evidence> {
  const { world, produced, redriven, events } = run;
  const { names, clients, recorder } = world;
  const found = await readCloud(clients, names);
  const expected = reference(produced, redriven);
  const pictures = producedOf(produced, "picture");
  const deleters = new Map(
    pictures.map(({ input, versionId, jobIds }) => [`${input.key} ${versionId}`, jobIds[0]]),
  );
  const failing = pictures.filter(({ input: { fate } }) => fate === "poisoned" || fate === "crashing");
  const garbage = producedOf(produced, "garbage");
  return {
    history: historyOf(recorder.records, { fleet: names.fleet, jobsTable: names.tables.jobs }),
    acknowledged: [
      ...produced.flatMap(({ jobIds, input }) =>
        jobIds.map((jobId) => ({ jobId, kind: input.kind, name: JSON.stringify(input) })),
      ),
      ...chained(run),
    ],
    designedDeadLetters: new Set([...failing, ...garbage].flatMap(({ jobIds }) => jobIds)),
    processes: events,
    effects: compare(expected, found, names.buckets.uploads),
    leftovers: { processes: [], files: leftFiles(world.folder, events), rows: orphanRows(found) },
    originals: [
      {
        bucket: names.buckets.uploads,
        deleterOf: (key, versionId) => deleters.get(`${key} ${versionId}`),
      },
      { bucket: names.buckets.mails, deleterOf: () => undefined },
    ],
    stallMs: run.stalls.max / 1e6,
    workerPrefix,
  };
}
