// Order and exactly-once effect as a property: many small fleets whose workers are killed, frozen and drained at
// random moments while calls to the queue and to the ledger fail and lose their answers. Virtual time, real queue.
import { SQSClient } from "@aws-sdk/client-sqs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { VirtualClock } from "../../scripts/local/clock.ts";
import {
  type DeclaredRule,
  type FaultRule,
  ruleFrom,
  seededRandom,
} from "../../scripts/local/gateway/faults.ts";
import { createQueues } from "../../scripts/provision/queues.ts";
import { InputRejected } from "../../worker/errors.ts";
import { jobIdOf } from "../../worker/jobs/define-job.ts";
import type { Handler } from "../../worker/jobs/handler.ts";
import { messageSchema } from "../../worker/jobs/message.ts";
import type { Ledger } from "../../worker/ledger/ledger.ts";
import { createEnqueue } from "../../worker/queue/enqueue.ts";
import type { RunnableJob } from "../../worker/queue/execute.ts";
import { findQueues } from "../../worker/queue/queue-urls.ts";
import { deadLetterQueueName, queueName } from "../../worker/resources.ts";
import { startTestCloud, type TestCloud } from "../support/cloud.ts";
import { createFakeClock, type FakeClock } from "../support/fake-clock.ts";
import { type FixturePayload, fixturePayload, fixtureWork } from "../support/fixture-jobs.ts";
import { createMemoryLedger, type MemoryRow } from "../support/memory-ledger.ts";
import { type SimulatedWorker, startSimulatedWorker } from "../support/simulated-worker.ts";

type Blow = { atMs: number; worker: number; does: "kill" | "freeze" | "spot" | "sigterm"; forMs: number };
type Job = Pick<FixturePayload, "group" | "n" | "act" | "times" | "sleepMs">;
type History = { groups: Job[][]; blows: Blow[]; faultPercent: number; seed: number };

/** Kills and freezes count as attempts, so the innocent need more of them than a history has blows. */
const attempts = 25;
const definition = {
  ...fixtureWork,
  policy: { ...fixtureWork.policy, attempts, timeoutSeconds: 15, backoffSeconds: { first: 1, max: 1 } },
};
const idOf = (job: Job) => jobIdOf(fixtureWork, fixturePayload.parse({ group: job.group, n: job.n }));

const acts = fc.oneof(
  { weight: 12, arbitrary: fc.constant({}) },
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constant("fail" as const), times: fc.integer({ min: 1, max: 2 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ act: "reject" as const }) },
  { weight: 1, arbitrary: fc.constant({ act: "fail" as const }) },
  { weight: 1, arbitrary: fc.constant({ act: "hang" as const, times: 1 }) },
);
const histories = fc.record<History>({
  groups: fc
    .array(fc.array(fc.tuple(acts, fc.integer({ min: 0, max: 4000 })), { minLength: 1, maxLength: 8 }), {
      minLength: 1,
      maxLength: 5,
    })
    .map((groups) =>
      groups.map((jobs, index) =>
        jobs.map(([act, sleepMs], n) => ({ group: `g${index}`, n, sleepMs, ...act })),
      ),
    ),
  blows: fc.array(
    fc.record<Blow>({
      atMs: fc.integer({ min: 0, max: 30_000 }),
      worker: fc.nat({ max: 1 }),
      does: fc.constantFrom("kill", "freeze", "spot", "sigterm"),
      forMs: fc.integer({ min: 500, max: 25_000 }),
    }),
    { maxLength: 6 },
  ),
  faultPercent: fc.constantFrom(0, 5, 15),
  seed: fc.nat(),
});

/** Everything an oracle looks at: commits in their order, and starts that came too early. */
type Books = { commits: { group: string; n: number; status: string }[]; early: string[] };

const terminal = (row: MemoryRow | undefined) =>
  row?.status === "completed" || row?.status === "rejected" || row?.status === "dead-lettered";

/** The fixture job on virtual time; books every start whose predecessor has not ended in the ledger. */
function handlerOn(clock: FakeClock, rows: ReadonlyMap<string, MemoryRow>, books: Books): Handler<Job> {
  return {
    run: async (job, { attempt, signal }) => {
      const { group, n, act, times, sleepMs = 0 } = job;
      if (n > 0 && !terminal(rows.get(idOf({ group, n: n - 1 })))) books.early.push(`${group}/${n}`);
      await clock.sleep(sleepMs, signal);
      signal.throwIfAborted();
      if (act === undefined || act === "complete" || attempt > (times ?? attempts))
        return { effects: [], result: {} };
      if (act === "hang") await new Promise(() => {});
      if (act === "reject") throw new InputRejected("told-to", "The test wants it rejected.");
      throw new Error("told to fail");
    },
  };
}

/** The ledger over a network: calls take time, and may fail before or after they took effect. */
function distant(
  ledger: Ledger,
  sleep: (ms: number) => Promise<void>,
  random: () => number,
  faultPercent: number,
): Ledger {
  const over = <Input extends unknown[], Output>(call: (...input: Input) => Promise<Output>) => {
    const fails = () => random() * 100 < faultPercent / 3;
    return async (...input: Input): Promise<Output> => {
      await sleep(random() * 300);
      if (fails()) throw new Error("the request was lost");
      const output = await call(...input);
      await sleep(random() * 300);
      if (fails()) throw new Error("the answer was lost");
      return output;
    };
  };
  return {
    claim: over(ledger.claim),
    commit: over(ledger.commit),
    release: over(ledger.release),
    fail: over(ledger.fail),
    deadLetterSent: over(ledger.deadLetterSent),
  };
}

const queue = queueName("test", "fixture-work");
const deadLetterQueue = deadLetterQueueName("test", "fixture-work");
const settings = {
  FLEET_SLOTS: "3",
  FLEET_WAIT_SECONDS: "5",
  FLEET_VISIBILITY_SECONDS: "10",
  FLEET_DRAIN_SECONDS: "20",
  FLEET_DRAIN_MARGIN_SECONDS: "2",
};

function faultRules(faultPercent: number, seed: number): DeclaredRule[] {
  const kinds = ["drop-before-apply", "drop-answer", "duplicate"] as const;
  const actions = ["ReceiveMessage", "ChangeMessageVisibilityBatch", "DeleteMessageBatch", "SendMessage"];
  return actions.flatMap((action, index) =>
    kinds.map((kind, nth) => ({
      service: "sqs",
      action,
      fault: { kind },
      probability: faultPercent / 300,
      seed: seed + 10 * index + nth,
    })),
  );
}

/** Holds some calls up on their way, at times for longer than a lease; `held` are those under way now. */
function slowness(clock: VirtualClock, faultPercent: number, random: () => number) {
  let held = 0;
  const rule: FaultRule = ({ action }) => {
    if (action === "ReceiveMessage" || random() * 100 >= faultPercent / 3) return undefined;
    const ms = Math.ceil(random() * 12_000);
    held += 1;
    clock.at(clock.now() + ms, () => {
      held -= 1;
    });
    return random() < 0.5
      ? { kind: "delay", beforeMs: ms, afterMs: 0 }
      : { kind: "delay", beforeMs: 0, afterMs: ms };
  };
  return { rule, held: () => held };
}

/** Plays a history until the queue is empty and its workers are at rest, then returns what the oracle needs. */
async function play({ groups, blows, faultPercent, seed }: History) {
  const cloud = await startTestCloud({ clock: new VirtualClock(0) });
  const sqs = new SQSClient(cloud.settings);
  const clock = createFakeClock(0);
  const random = seededRandom(seed);
  const books: Books = { commits: [], early: [] };
  const jobsById = new Map(groups.flat().map((job) => [idOf(job), job]));
  const ledger = createMemoryLedger(({ jobId }, { status }) => {
    const job = jobsById.get(jobId);
    if (job !== undefined) books.commits.push({ group: job.group, n: job.n, status });
  });
  await createQueues(sqs, "test", fixtureWork);
  const urls = await findQueues(sqs, "test", [fixtureWork.kind]);
  const enqueue = createEnqueue({ sqs, queueUrl: urls.queue, now: () => 0, newTraceId: () => "t" });
  for (const job of groups.flat()) await enqueue(fixtureWork, fixturePayload.parse(job));
  const slow = slowness(cloud.clock, faultPercent, random);
  cloud.faults.push(...faultRules(faultPercent, seed).map(ruleFrom), slow.rule);
  const underWay = () =>
    started.reduce((sum, { calls }) => sum + calls(), 0) - cloud.sqs.waiting(queue) - slow.held();
  const runnable = { definition, handler: handlerOn(clock, ledger.rows, books) } as unknown as RunnableJob;
  const started: SimulatedWorker[] = [];
  const start = () => {
    const worker = startSimulatedWorker({
      id: `w${started.length}`,
      clock,
      endpoint: cloud.url,
      urls,
      jobs: new Map([[fixtureWork.kind, runnable]]),
      ledger: (on) => distant(ledger, on.sleep, random, faultPercent),
      settings,
    });
    started.push(worker);
    return worker;
  };
  const places = [start(), start()];
  const strike = ({ worker: place, does, forMs }: Blow) => {
    const struck = places[place];
    if (struck === undefined) return;
    if (does === "freeze") {
      struck.life.freeze();
      void clock.sleep(forMs).then(struck.life.thaw);
      return;
    }
    if (does === "kill") struck.kill();
    else if (does === "spot")
      void struck.worker.drain({ reason: "spot", action: "terminate", secondsLeft: forMs / 1000 });
    else void struck.worker.drain({ reason: "signal", signal: "SIGTERM", secondsLeft: 20 });
    places[place] = start();
  };
  for (const blow of blows) void clock.sleep(blow.atMs).then(() => strike(blow));
  const empty = () => {
    const { visible, inFlight } = cloud.sqs.metrics(queue);
    return visible + inFlight === 0;
  };
  try {
    for (let passedMs = 0; passedMs < 1_200_000; passedMs += 250) {
      await quiet(underWay);
      if (empty() && passedMs > 30_000) break;
      cloud.clock.advance(250);
      await clock.advance(250);
    }
    return { books, rows: ledger.rows, left: cloud.sqs.metrics(queue), dead: await deadLetters(cloud) };
  } finally {
    for (const { kill } of started) kill();
    sqs.destroy();
    await cloud.close();
  }
}

/** Job ids in the dead-letter queue; a letter may be there twice when sending it again was far apart. */
async function deadLetters({ sqs }: TestCloud): Promise<Set<string>> {
  const ids = new Set<string>();
  for (;;) {
    const letters = await sqs.receive(deadLetterQueue, { max: 10 });
    if (letters.length === 0) return ids;
    for (const { message } of letters) ids.add(messageSchema.parse(JSON.parse(message.body)).jobId);
  }
}

/** Waits until no call is under way but long polls, for a few turns of the real clock: the pollers' own pauses. */
async function quiet(underWay: () => number): Promise<void> {
  for (let still = 0; still < 3; still += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (underWay() > 0) still = -1;
  }
}

test("whatever happens to workers, queue calls and ledger calls: order within each group, one ending each, only the poisonous dead-lettered", async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      const { books, rows, left, dead } = await play(history);
      expect(left).toMatchObject({ visible: 0, inFlight: 0 });
      expect(books.early).toEqual([]);
      for (const jobs of history.groups) {
        const [{ group } = { group: "" }] = jobs;
        const endings = books.commits.filter((commit) => commit.group === group);
        expect(endings.map(({ n }) => n)).toEqual(jobs.map(({ n }) => n));
        const due = jobs.map(({ act, times }) =>
          act === "reject"
            ? "rejected"
            : act === "fail" && times === undefined
              ? "dead-lettered"
              : "completed",
        );
        expect(endings.map(({ status }) => status)).toEqual(due);
        expect(jobs.map((job) => rows.get(idOf(job))?.status)).toEqual(due);
      }
      const poisonous = history.groups
        .flat()
        .filter(({ act, times }) => act === "fail" && times === undefined);
      expect(dead).toEqual(new Set(poisonous.map(idOf)));
    }),
    { numRuns: 25, interruptAfterTimeLimit: 60_000 },
  );
}, 300_000);
