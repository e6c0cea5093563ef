// A real worker process for the fixture job: settings from the environment, drain on SIGTERM, then exit code 0. Prints
// `ready` once it polls, then its log.
import { pino } from "pino";
import { watchPauses } from "../../worker/engine/pause/pauses.ts";
import { findQueues } from "../../worker/engine/receive/queue-urls.ts";
import { createWorker } from "../../worker/engine/worker.ts";
import { systemClock } from "../../worker/fleet/clock.ts";
import { resourceNames } from "../../worker/fleet/resources.ts";
import { readConfig, workerSettings } from "../../worker/process/config.ts";
import { createClients } from "../../worker/process/job-clients.ts";
import { Metrics } from "../../worker/process/metrics.ts";
import { fixtureJobs } from "./fixture-jobs.ts";
import { noSandbox } from "./no-sandbox.ts";

const config = readConfig(process.env);
const log = pino({ level: config.LOG_LEVEL, base: { worker: config.workerId } });
const jobs = fixtureJobs();
const clients = createClients({
  region: config.AWS_REGION,
  endpointGiven: true,
  receives: config.FLEET_RECEIVES,
  slots: config.FLEET_SLOTS,
});
const worker = createWorker({
  settings: workerSettings(config),
  jobs,
  clients,
  urls: await findQueues(clients.sqs, config.FLEET_NAME, [...jobs.keys()]),
  names: resourceNames(config.FLEET_NAME),
  sandbox: noSandbox,
  clock: systemClock,
  log,
  metrics: new Metrics({ fleet: config.FLEET_NAME, now: systemClock.now, print: () => {} }),
});

process.once("SIGTERM", async () => {
  const report = await worker.drain({
    reason: "signal",
    signal: "SIGTERM",
    secondsLeft: config.FLEET_DRAIN_SECONDS,
  });
  console.log(JSON.stringify({ drained: report }));
  clients.destroy();
  process.exit(0);
});
const names = resourceNames(config.FLEET_NAME);
const looked = Promise.withResolvers<void>();
void watchPauses(
  {
    db: clients.db,
    table: names.tables.pauses,
    fleet: config.FLEET_NAME,
    clock: systemClock,
    log,
    everyMs: config.FLEET_PAUSES_SECONDS * 1000,
    onPauses: worker.pause,
    onRead: looked.resolve,
  },
  new AbortController().signal,
);
await looked.promise;
worker.start();
console.log("ready");
