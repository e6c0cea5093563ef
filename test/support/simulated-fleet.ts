// A small fleet in virtual time: simulated workers on a real local queue and a ledger in memory, hit by kills, freezes and
// drains. Returns what an oracle needs; judges nothing itself.
import { SQSClient } from "@aws-sdk/client-sqs";
import { VirtualClock } from "../../scripts/local/clock/clock.ts";
import { seededRandom } from "../../scripts/local/gateway/faults.ts";
import { createQueues } from "../../scripts/provision/queues.ts";
import { createEnqueue } from "../../worker/engine/enqueue/enqueue.ts";
import { jobIdOf } from "../../worker/engine/job/define-job.ts";
import type { Handler } from "../../worker/engine/job/handler.ts";
import { InputRejected } from "../../worker/engine/job/input-rejected.ts";
import { messageSchema } from "../../worker/engine/job/message.ts";
import { type RunnableJob, runnableJob } from "../../worker/engine/job/runnable-job.ts";
import { findQueues } from "../../worker/engine/receive/queue-urls.ts";
import { deadLetterQueueName, queueName } from "../../worker/fleet/resources.ts";
import { startTestCloud, type TestCloud } from "./cloud.ts";
import { createFakeClock, type FakeClock } from "./fake-clock.ts";
import { type FixturePayload, fixturePayload, fixtureWork } from "./fixture-jobs.ts";
import { createMemoryLedger, type MemoryRow } from "./memory-ledger.ts";
import { distant, lossRules, slowness } from "./simulated-faults.ts";
import { type SimulatedWorker, startSimulatedWorker } from "./simulated-worker.ts";

/** What happens to the worker in one of the two places. A worker that ends is replaced immediately. */
export type Blow = {
  atMs: number;
  worker: number;
  does: "kill" | "freeze" | "spot" | "sigterm";
  /** How long it stays frozen, or how much time the spot notice leaves. */
  forMs: number;
};

/** A job of a history. */
export type SimulatedJob = Pick<FixturePayload, "group" | "n" | "act" | "times" | "sleepMs">;

/** A whole simulation as data. */
export type History = { groups: SimulatedJob[][]; blows: Blow[]; faultPercent: number; seed: number };

/** Everything an oracle reads: endings in the order of their commits, and starts that came too early. */
export type Books = { endings: { group: string; n: number; status: string }[]; early: string[] };

/** Kills and freezes count as runs, so innocent jobs need more runs than a history has blows. */
const maxFailures = 25;
const definition = {
  ...fixtureWork,
  policy: { ...fixtureWork.policy, maxFailures, timeoutSeconds: 15, backoffSeconds: { first: 1, max: 1 } },
};
const queue = queueName("test", fixtureWork.kind);
const stepMs = 250;
const settings = {
  FLEET_SLOTS: "3",
  FLEET_WAIT_SECONDS: "5",
  FLEET_VISIBILITY_SECONDS: "10",
  FLEET_DRAIN_SECONDS: "20",
  FLEET_DRAIN_MARGIN_SECONDS: "2",
};

/** The job's id. */
export const idOf = ({ group, n }: SimulatedJob): string =>
  jobIdOf(fixtureWork, fixturePayload.parse({ group, n }));

/** Plays a history until the queue is empty and all blows have fallen (or 20 minutes have passed). */
export async function play(history: History) {
  const cloud = await startTestCloud({ clock: new VirtualClock(0) });
  const sqs = new SQSClient(cloud.settings);
  const clock = createFakeClock(0);
  const random = seededRandom(history.seed);
  const { ledger, books } = bookedLedger(history.groups.flat());
  const slow = slowness(cloud.clock, history.faultPercent, random);
  const fleet = fleetOf({
    clock,
    endpoint: cloud.url,
    urls: await enqueued(sqs, history.groups.flat()),
    jobs: new Map([[fixtureWork.kind, runnable(clock, ledger.rows, books)]]),
    ledger: (on) => distant(ledger, on.sleep, random, history.faultPercent),
    settings,
  });
  cloud.faults.push(...lossRules(history.faultPercent, history.seed), slow.rule);
  for (const blow of history.blows) void clock.sleep(blow.atMs).then(() => fleet.strike(blow));
  try {
    for (let passedMs = 0; passedMs < 1_200_000; passedMs += stepMs) {
      await quiet(() => fleet.calls() - cloud.sqs.waiting(queue) - slow.delayed());
      if (leftIn(cloud) === 0 && history.blows.every(({ atMs }) => atMs < passedMs)) break;
      cloud.clock.advance(stepMs);
      await clock.advance(stepMs);
    }
    return { books, rows: ledger.rows, left: leftIn(cloud), dead: await deadLetters(cloud) };
  } finally {
    fleet.end();
    sqs.destroy();
    await cloud.close();
  }
}

function bookedLedger(jobs: SimulatedJob[]) {
  const books: Books = { endings: [], early: [] };
  const byId = new Map(jobs.map((job) => [idOf(job), job]));
  const ledger = createMemoryLedger(({ jobId }, { status }) => {
    const job = byId.get(jobId);
    if (job !== undefined) books.endings.push({ group: job.group, n: job.n, status });
  });
  return { ledger, books };
}

async function enqueued(sqs: SQSClient, jobs: SimulatedJob[]) {
  await createQueues(sqs, "test", fixtureWork);
  const urls = await findQueues(sqs, "test", [fixtureWork.kind]);
  const enqueue = createEnqueue({ sqs, queueUrl: urls.queue, now: () => 0, newTraceId: () => "t" });
  for (const job of jobs) await enqueue(fixtureWork, fixturePayload.parse(job));
  return urls;
}

const terminal = (row: MemoryRow | undefined) =>
  row?.status === "completed" || row?.status === "rejected" || row?.status === "dead-lettered";

/** The fixture job on virtual time; records every start whose predecessor has not ended in the ledger. */
function runnable(clock: FakeClock, rows: ReadonlyMap<string, MemoryRow>, books: Books): RunnableJob {
  const handler: Handler<SimulatedJob> = {
    run: async (job, { run, signal }) => {
      const { group, n, act, times, sleepMs = 0 } = job;
      if (n > 0 && !terminal(rows.get(idOf({ group, n: n - 1 })))) books.early.push(`${group}/${n}`);
      await clock.sleep(sleepMs, signal);
      signal.throwIfAborted();
      if (act === undefined || act === "complete" || run > (times ?? Number.POSITIVE_INFINITY))
        return { effects: [], result: {} };
      if (act === "hang") await new Promise(() => {});
      if (act === "reject") throw new InputRejected("told-to", "The test wants it rejected.");
      throw new Error("told to fail");
    },
  };
  return runnableJob(definition, handler);
}

/** Two places with a worker each. Frozen workers continue, the others are replaced. */
function fleetOf(options: Omit<Parameters<typeof startSimulatedWorker>[0], "id">) {
  const started: SimulatedWorker[] = [];
  const start = () => {
    const worker = startSimulatedWorker({ ...options, id: `w${started.length}` });
    started.push(worker);
    return worker;
  };
  const places = [start(), start()];
  const strike = ({ worker: place, does, forMs }: Blow) => {
    const struck = places[place];
    if (struck === undefined) return;
    if (does === "freeze") {
      struck.life.freeze();
      void options.clock.sleep(forMs).then(struck.life.thaw);
      return;
    }
    if (does === "kill") struck.kill();
    else if (does === "spot")
      void struck.worker.drain({ reason: "spot", action: "terminate", secondsLeft: forMs / 1000 });
    else void struck.worker.drain({ reason: "signal", signal: "SIGTERM", secondsLeft: 20 });
    places[place] = start();
  };
  const calls = () => started.reduce((sum, worker) => sum + worker.calls(), 0);
  const end = () => {
    for (const { kill } of started) kill();
  };
  return { strike, calls, end };
}

function leftIn({ sqs }: TestCloud): number {
  const { visible, inFlight } = sqs.metrics(queue);
  return visible + inFlight;
}

/** Job ids in the dead-letter queue. A letter may be there twice if it was sent again much later. */
async function deadLetters({ sqs }: TestCloud): Promise<Set<string>> {
  const ids = new Set<string>();
  for (;;) {
    const letters = await sqs.receive(deadLetterQueueName("test", fixtureWork.kind), { max: 10 });
    if (letters.length === 0) return ids;
    for (const { message } of letters) ids.add(messageSchema.parse(JSON.parse(message.body)).jobId);
  }
}

/** Waits until only long polls are in flight, for a few ticks of the real clock: the pollers' own waits. */
async function quiet(underWay: () => number): Promise<void> {
  for (let still = 0; still < 3; still += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (underWay() > 0) still = -1;
  }
}
