// Outages of services in virtual time: a fleet of two simulated workers on a real local queue and a real local S3, with a
// ledger in memory behind a watched client. Returns what an oracle needs; judges nothing itself.
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { VirtualClock } from "../../scripts/local/clock/clock.ts";
import type { Fault, FaultRule } from "../../scripts/local/gateway/faults.ts";
import { createQueues } from "../../scripts/provision/queues.ts";
import { createEnqueue } from "../../worker/engine/enqueue/enqueue.ts";
import { jobIdOf } from "../../worker/engine/job/define-job.ts";
import { type RunnableJob, runnableJob } from "../../worker/engine/job/runnable-job.ts";
import type { Ledger } from "../../worker/engine/ledger/ledger.ts";
import { findQueues } from "../../worker/engine/receive/queue-urls.ts";
import type { ServiceHealth } from "../../worker/engine/trouble/service-health.ts";
import { deadLetterQueueName, queueName } from "../../worker/fleet/resources.ts";
import { startTestCloud, type TestCloud } from "./cloud.ts";
import { createFakeClock, type FakeClock } from "./fake-clock.ts";
import { fixturePayload, fixtureWork } from "./fixture-jobs.ts";
import { createMemoryLedger } from "./memory-ledger.ts";
import { startSimulatedWorker } from "./simulated-worker.ts";

/** How a service fails. `partial`: only one of two buckets, or only writes of the table. */
export const outageKinds = ["total", "partial", "slow", "throttled", "expired", "denied"] as const;

/** One outage. */
export type Outage = {
  service: "s3" | "sqs" | "dynamodb";
  how: (typeof outageKinds)[number];
  fromMs: number;
  forMs: number;
};

/** A simulation as data: so many groups with so many jobs each; a new job of each group every `everyMs`. */
export type Disturbed = { outages: Outage[]; groups: number; jobs: number; everyMs: number };

/** What happened. Times are virtual milliseconds. */
export type Played = {
  /** Job ids in the order of their ends, with status and time. */
  ends: { group: string; n: number; status: string; atMs: number }[];
  dead: number;
  left: number;
  /** Calls that arrived at a service while it was down. */
  callsWhileDown: number;
  /** Runs that the ledger counts, the most of any job. */
  mostRuns: number;
};

const queue = queueName("test", fixtureWork.kind);
/** Time moves in small steps where something begins or ends, in large ones in the middle of a long outage. */
const stepMs = { small: 1000, large: 10_000 };
/** How far from its beginning and its end an outage has a middle. */
const edgeMs = 180_000;
const settings = { FLEET_SLOTS: "4", FLEET_WAIT_SECONDS: "20", FLEET_VISIBILITY_SECONDS: "60" };
const buckets = ["bucket-a", "bucket-b"] as const;
const definition = {
  ...fixtureWork,
  policy: {
    ...fixtureWork.policy,
    maxFailures: 5,
    timeoutSeconds: 60,
    backoffSeconds: { first: 2, max: 300 },
  },
};

/** Plays it until every job has ended, or for as long as the outages last and half an hour more. */
export async function playOutages(disturbed: Disturbed): Promise<Played> {
  const cloud = await startTestCloud({ clock: new VirtualClock(0) });
  const clock = createFakeClock(0);
  const admin = {
    sqs: new SQSClient(cloud.settings),
    s3: new S3Client({ ...cloud.settings, forcePathStyle: true }),
  };
  const urls = await provisioned(admin);
  const front = frontOf(disturbed.outages, cloud.clock, clock);
  const ends: Played["ends"] = [];
  const ledger = createMemoryLedger(({ jobId }, { status }) => {
    const job = jobs.get(jobId);
    if (job !== undefined) ends.push({ ...job, status, atMs: clock.now() });
  }, clock.now);
  const jobs = new Map<string, { group: string; n: number }>();
  const start = (id: string) =>
    startSimulatedWorker({
      id,
      clock,
      endpoint: cloud.url,
      urls,
      jobs: new Map([[fixtureWork.kind, runnable()]]),
      ledger: (_, __, health) => front.ledger(ledger, health),
      settings,
    });
  const workers = [start("w0"), start("w1")];
  cloud.faults.push(front.rule);
  const send = producer(admin.sqs, urls.queue, disturbed, jobs);
  const lastMs = Math.max(0, ...disturbed.outages.map(({ fromMs, forMs }) => fromMs + forMs)) + 1_800_000;
  try {
    for (let passedMs = 0, step = 0; passedMs < lastMs; passedMs += step) {
      step = stepAt(passedMs, disturbed.outages);
      await send(passedMs);
      await quiet(
        () =>
          workers.reduce((sum, { calls }) => sum + calls(), 0) - cloud.sqs.waiting(queue) - front.delayed(),
      );
      if (ends.length === disturbed.groups * disturbed.jobs && leftIn(cloud) === 0) break;
      cloud.clock.advance(step);
      await clock.advance(step);
    }
    const rows = [...ledger.rows.values()];
    const mostRuns = Math.max(0, ...rows.map(({ fence, interruptions }) => fence - interruptions));
    const { visible, inFlight } = cloud.sqs.metrics(deadLetterQueueName("test", fixtureWork.kind));
    const facts = { callsWhileDown: front.callsWhileDown(), mostRuns };
    return { ends, dead: visible + inFlight, left: leftIn(cloud), ...facts };
  } finally {
    for (const { kill } of workers) kill();
    admin.sqs.destroy();
    admin.s3.destroy();
    await cloud.close();
  }
}

function stepAt(nowMs: number, outages: readonly Outage[]): number {
  const inMiddle = outages.some(
    ({ fromMs, forMs }) => nowMs >= fromMs + edgeMs && nowMs < fromMs + forMs - edgeMs,
  );
  return inMiddle && outages.length === 1 ? stepMs.large : stepMs.small;
}

async function provisioned({ sqs, s3 }: { sqs: SQSClient; s3: S3Client }) {
  await createQueues(sqs, "test", fixtureWork);
  for (const Bucket of buckets) {
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
  }
  return findQueues(sqs, "test", [fixtureWork.kind]);
}

/** The job: reads its group's bucket. Groups take turns between two buckets. */
function runnable(): RunnableJob {
  return runnableJob(definition, {
    run: async ({ group }, { s3, signal }) => {
      const Bucket = buckets[Number(group.slice(1)) % 2];
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: "k" }), { abortSignal: signal });
      await Body?.transformToString();
      return { effects: [], result: {} };
    },
  });
}

/** Sends the next job of every group when it is due. */
function producer(
  sqs: SQSClient,
  queueUrl: (kind: string) => string,
  { groups, jobs, everyMs }: Disturbed,
  sent: Map<string, { group: string; n: number }>,
) {
  const enqueue = createEnqueue({ sqs, queueUrl, now: () => 0, newTraceId: () => "t" });
  let next = 0;
  return async (passedMs: number) => {
    for (; next < jobs && next * everyMs <= passedMs; next += 1)
      for (let group = 0; group < groups; group += 1) {
        const payload = fixturePayload.parse({ group: `g${group}`, n: next });
        sent.set(jobIdOf(fixtureWork, payload), { group: `g${group}`, n: next });
        await enqueue(fixtureWork, payload);
      }
  };
}

const errorOf = {
  total: { status: 500, code: "InternalError" },
  partial: { status: 500, code: "InternalError" },
  throttled: { status: 503, code: "SlowDown" },
  expired: { status: 400, code: "ExpiredToken" },
  denied: { status: 403, code: "AccessDenied" },
} as const;

/** How long a slow service takes to answer, milliseconds. */
const slowMs = 10_000;

/** What stands between the workers and their services, while outages last. */
function frontOf(outages: readonly Outage[], cloudClock: VirtualClock, clock: FakeClock) {
  let [callsWhileDown, delayed] = [0, 0];
  const current = (service: Outage["service"]) =>
    outages.find(
      (one) => one.service === service && clock.now() >= one.fromMs && clock.now() < one.fromMs + one.forMs,
    );

  const rule: FaultRule = ({ service, action, request }) => {
    if (service === "sqs" && action === "SendMessage") return undefined;
    if (service !== "s3" && service !== "sqs") return undefined;
    const outage = current(service);
    if (outage === undefined) return undefined;
    if (outage.how === "partial" && isSpared(service, action, request.path)) return undefined;
    callsWhileDown += 1;
    return faultOf(outage);
  };

  function faultOf({ how }: Outage): Fault {
    if (how !== "slow") return { kind: "error", ...errorOf[how], message: "Injected." };
    delayed += 1;
    cloudClock.at(cloudClock.now() + slowMs, () => {
      delayed -= 1;
    });
    return { kind: "delay", beforeMs: slowMs, afterMs: 0 };
  }

  /** The ledger over a watched client that fails as DynamoDB's does. */
  const ledger = (real: Ledger, health: ServiceHealth): Ledger => {
    const through = watched(health);
    const over =
      <Input extends unknown[], Output>(call: (...input: Input) => Promise<Output>, isRead = false) =>
      (...input: Input): Promise<Output> =>
        through(isRead ? "GetItemCommand" : "UpdateItemCommand", async () => {
          const outage = current("dynamodb");
          if (outage === undefined || (outage.how === "partial" && isRead)) return call(...input);
          callsWhileDown += 1;
          if (outage.how === "slow") await clock.sleep(slowMs);
          else throw Object.assign(new Error("Injected."), { name: errorOf[outage.how].code, $metadata: {} });
          return call(...input);
        }) as Promise<Output>;
    return {
      isSuspect: over(real.isSuspect, true),
      claim: over(real.claim),
      presume: real.presume,
      commit: over(real.commit),
      applyStep: over(real.applyStep),
      mark: over(real.mark),
      noteInterruption: over(real.noteInterruption),
      noteFailure: over(real.noteFailure),
      notePutOff: over(real.notePutOff),
      noteAfterCommitFailure: over(real.noteAfterCommitFailure),
      deadLetterSent: over(real.deadLetterSent),
    };
  };
  return {
    rule,
    ledger,
    delayed: () => delayed,
    callsWhileDown: () => callsWhileDown,
  };
}

/** In a partial outage one bucket of S3 still answers, and receives and heartbeats of SQS do, but no delete. */
const isSpared = (service: string, action: string, path: string): boolean =>
  service === "s3" ? path.startsWith("/bucket-b") : action !== "DeleteMessageBatch";

/** Passes a call through the middleware with which a worker watches its DynamoDB client. */
function watched(
  health: ServiceHealth,
): (commandName: string, call: () => Promise<unknown>) => Promise<unknown> {
  type Watch = (
    next: () => Promise<unknown>,
    context: { commandName: string },
  ) => (call: { input: unknown }) => Promise<unknown>;
  let watch: Watch = (next) => next;
  const middlewareStack = {
    add: (middleware: unknown) => {
      watch = middleware as Watch;
    },
  };
  health.watch("dynamodb", { middlewareStack });
  return (commandName, call) => watch(call, { commandName })({ input: { TableName: "test-jobs" } });
}

function leftIn({ sqs }: TestCloud): number {
  const { visible, inFlight } = sqs.metrics(queue);
  return visible + inFlight;
}

/** Waits until only long polls and slow calls are in flight, for a few ticks of the real clock. */
async function quiet(underWay: () => number): Promise<void> {
  for (let still = 0; still < 3; still += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (underWay() > 0) still = -1;
  }
}
