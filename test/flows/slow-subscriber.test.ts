// Busy channels, three subscribers, one of which stands still: the other subscribers and channels do not wait for it, even
// where it has more channels than its worker has slots.
import type { SESv2Client } from "@aws-sdk/client-sesv2";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startWorld, type World } from "../../scripts/lab/words-run/world.ts";
import type { Handler } from "../../worker/engine/job/handler.ts";
import { runnableJob } from "../../worker/engine/job/runnable-job.ts";
import { findQueues } from "../../worker/engine/receive/queue-urls.ts";
import { createWorker, type Worker } from "../../worker/engine/worker.ts";
import { systemClock } from "../../worker/fleet/clock.ts";
import { resourceNames } from "../../worker/fleet/resources.ts";
import { catalog } from "../../worker/jobs/catalog.ts";
import { createHandlers } from "../../worker/jobs/handlers.ts";
import { type WordsSaid, wordsSaid } from "../../worker/jobs/words/words-said.ts";
import { readConfig, workerSettings } from "../../worker/process/config.ts";
import { createClients } from "../../worker/process/job-clients.ts";
import { Metrics } from "../../worker/process/metrics.ts";
import { noSandbox } from "../support/no-sandbox.ts";
import { until } from "../support/until.ts";
import { say } from "../support/words/words-cloud.ts";

const kinds = ["count-words", "multiply-words", "log-words"] as const;
type Kind = (typeof kinds)[number];

/** Jobs that ended, with the time from the publication to the end of their run. */
type Ended = { kind: Kind; channel: string; ms: number };

let world: World;
let worker: Worker | undefined;
let ended: Ended[];
let stands: (kind: Kind, channel: string) => boolean;
let gate: PromiseWithResolvers<void>;
/** Runs that stood still until their time was over. */
let givenUp: number;

beforeEach(async () => {
  world = await startWorld();
  Object.assign(process.env, world.env);
  ended = [];
  givenUp = 0;
  gate = Promise.withResolvers();
}, 60_000);
afterEach(async () => {
  gate.resolve();
  await worker?.drain({ reason: "signal", signal: "SIGTERM", secondsLeft: 20 });
  await world.close();
});

async function startWorker(slots: number): Promise<Worker> {
  const config = readConfig({
    ...world.env,
    FLEET_SLOTS: String(slots),
    FLEET_WAIT_SECONDS: "1",
    FLEET_JOBS: kinds.join(","),
  });
  const clients = createClients({ region: config.AWS_REGION, endpointGiven: true, receives: 12, slots });
  const jobs = new Map(kinds.map((kind) => [kind, runnableJob<WordsSaid>(catalog[kind], watched(kind))]));
  const made = createWorker({
    settings: workerSettings(config),
    jobs,
    clients,
    urls: await findQueues(clients.sqs, config.FLEET_NAME, kinds),
    names: resourceNames(config.FLEET_NAME),
    sandbox: noSandbox,
    clock: systemClock,
    log: pino({ level: "silent" }),
    metrics: new Metrics({ fleet: config.FLEET_NAME, now: systemClock.now, print: () => {} }),
  });
  made.start();
  return made;
}

/** Mails are not this test's: their handlers stay unused. */
const handlersOfWords = createHandlers({ ses: {} as SESv2Client, mail: undefined });

/** The real handler, behind the gate where it is to stand still. */
function watched(kind: Kind): Handler<WordsSaid> {
  const handler: Handler<WordsSaid> = handlersOfWords[kind];
  return {
    ...handler,
    run: async (said, context) => {
      context.signal.addEventListener("abort", () => {
        givenUp += 1;
      });
      if (stands(kind, said.channel)) await gate.promise;
      const result = await handler.run(said, context);
      ended.push({ kind, channel: said.channel, ms: Date.now() - Date.parse(context.enqueuedAt) });
      return result;
    },
  };
}

/** Everybody says something in turn. */
async function everybodySays({ channels, messages }: Busy): Promise<void> {
  for (let turn = 0; turn < messages; turn += 1)
    for (let channel = 0; channel < channels; channel += 1)
      await world.publish(wordsSaid, say("hello again hello", `${turn}`, `C${channel}`));
}

/** Middle and slow end of the times of those who did not stand still. */
function figures(): string {
  const times = ended.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(share * (times.length - 1))];
  return `${times.length} jobs, p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(1)} ms`;
}

/** Messages are per channel; a backlog is said before the worker starts. */
type Busy = { slots: number; channels: number; messages: number; backlog: boolean };
const ample: Busy = { slots: 24, channels: 10, messages: 8, backlog: false };
const scarce: Busy = { slots: 4, channels: 50, messages: 3, backlog: true };

test.each<[string, Busy, typeof stands]>([
  ["nobody stands still", ample, () => false],
  [
    "a subscriber stands still: the other two count everything in all ten channels",
    ample,
    (kind) => kind === "log-words",
  ],
  [
    "a channel stands still: the other nine go on with all three subscribers",
    ample,
    (_, channel) => channel === "C3",
  ],
  ["fifty channels in a worker of four slots, nobody stands still", scarce, () => false],
  [
    "fifty channels of a subscriber stand still in a worker of four slots: the other two count everything meanwhile",
    scarce,
    (kind) => kind === "log-words",
  ],
])(
  "%s",
  async (name, busy, who) => {
    stands = who;
    if (busy.backlog) await everybodySays(busy);
    worker = await startWorker(busy.slots);
    if (!busy.backlog) await everybodySays(busy);
    const all = kinds.flatMap((kind) =>
      Array.from({ length: busy.channels }, (_, index) => ({ kind, channel: `C${index}` })),
    );
    const others = all.filter(({ kind, channel }) => !who(kind, channel)).length * busy.messages;
    await until(`${others} jobs to end`, () => ended.length === others, 120_000);
    console.log(`${name}: ${figures()}`);
    expect(ended.filter(({ kind, channel }) => who(kind, channel))).toEqual([]);
    expect(givenUp).toBe(0);
    gate.resolve();
    await until("the rest to end", () => ended.length === all.length * busy.messages, 120_000);
    for (const { kind, channel } of all)
      expect(ended.filter((one) => one.kind === kind && one.channel === channel)).toHaveLength(busy.messages);
  },
  300_000,
);
