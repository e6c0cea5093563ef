// Ten channels, three subscribers, one of which stands still: the other subscribers and channels do not wait for it.
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startWorld, type World } from "../../scripts/words-run/world.ts";
import { createClients } from "../../worker/clients.ts";
import { systemClock } from "../../worker/clock.ts";
import { readConfig } from "../../worker/config.ts";
import { catalog } from "../../worker/jobs/catalog.ts";
import type { Handler } from "../../worker/jobs/handler.ts";
import { handlers } from "../../worker/jobs/handlers.ts";
import { Metrics } from "../../worker/metrics.ts";
import type { RunnableJob } from "../../worker/queue/execute.ts";
import { findQueues } from "../../worker/queue/queue-urls.ts";
import { resourceNames } from "../../worker/resources.ts";
import { type WordsSaid, wordsSaid } from "../../worker/words/said.ts";
import { createWorker, type Worker } from "../../worker/worker.ts";
import { noSandbox } from "../support/no-sandbox.ts";
import { until } from "../support/until.ts";
import { say } from "../support/words/words-cloud.ts";

const kinds = ["count-words", "multiply-words", "log-words"] as const;
type Kind = (typeof kinds)[number];

/** Jobs that ended, with the time from the publication to the end of their run. */
type Ended = { kind: Kind; channel: string; ms: number };

let world: World;
let worker: Worker;
let ended: Ended[];
let stands: (kind: Kind, channel: string) => boolean;
let gate: PromiseWithResolvers<void>;

beforeEach(async () => {
  world = await startWorld();
  Object.assign(process.env, world.env);
  ended = [];
  gate = Promise.withResolvers();
  worker = await startWorker();
}, 60_000);
afterEach(async () => {
  gate.resolve();
  await worker.drain({ reason: "signal", signal: "SIGTERM", secondsLeft: 20 });
  await world.close();
});

async function startWorker(): Promise<Worker> {
  const config = readConfig({
    ...world.env,
    FLEET_SLOTS: "24",
    FLEET_WAIT_SECONDS: "1",
    FLEET_JOBS: kinds.join(","),
  });
  const clients = createClients({ region: config.AWS_REGION, endpointGiven: true, receives: 12, slots: 24 });
  const jobs = new Map(
    kinds.map((kind) => [
      kind,
      { definition: catalog[kind], handler: watched(kind) } as unknown as RunnableJob,
    ]),
  );
  const made = createWorker({
    config,
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

/** The real handler, behind the gate where it is to stand still. */
function watched(kind: Kind): Handler<WordsSaid> {
  const handler: Handler<WordsSaid> = handlers[kind];
  return {
    ...handler,
    run: async (said, context) => {
      if (stands(kind, said.channel)) await gate.promise;
      const result = await handler.run(said, context);
      ended.push({ kind, channel: said.channel, ms: Date.now() - Date.parse(context.enqueuedAt) });
      return result;
    },
  };
}

const channels = Array.from({ length: 10 }, (_, index) => `C${index}`);
const perChannel = 8;

/** Everybody says something in turn. */
async function everybodySays(): Promise<void> {
  for (let turn = 0; turn < perChannel; turn += 1)
    for (const channel of channels)
      await world.publish(wordsSaid, say("hello again hello", `${turn}`, channel));
}

/** Middle and slow end of the times of those who did not stand still. */
function figures(): string {
  const times = ended.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(share * (times.length - 1))];
  return `${times.length} jobs, p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(1)} ms`;
}

test.each<[string, typeof stands, number]>([
  ["nobody stands still", () => false, 240],
  [
    "a subscriber stands still: the other two count everything in all ten channels",
    (kind) => kind === "log-words",
    160,
  ],
  [
    "a channel stands still: the other nine go on with all three subscribers",
    (_, channel) => channel === "C3",
    216,
  ],
])(
  "%s",
  async (name, who, others) => {
    stands = who;
    await everybodySays();
    await until(`${others} jobs to end`, () => ended.length === others, 120_000);
    console.log(`${name}: ${figures()}`);
    const waiting = kinds.length * channels.length * perChannel - others;
    expect(ended.filter(({ kind, channel }) => who(kind, channel))).toEqual([]);
    gate.resolve();
    await until("the rest to end", () => ended.length === others + waiting, 120_000);
    for (const kind of kinds)
      for (const channel of channels)
        expect(ended.filter((one) => one.kind === kind && one.channel === channel)).toHaveLength(perChannel);
  },
  300_000,
);
