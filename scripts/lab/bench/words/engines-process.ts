// Several workers in one process, each with clients, a ledger and slots of its own, on one queue of count-words: what as many
// machines would send to one table. The first argument says how many.
import { openSync } from "node:fs";
import { findQueues } from "../../../../worker/engine/receive/queue-urls.ts";
import type { Sandbox } from "../../../../worker/engine/sandbox/sandbox.ts";
import { createWorker } from "../../../../worker/engine/worker.ts";
import { systemClock } from "../../../../worker/fleet/clock.ts";
import { resourceNames } from "../../../../worker/fleet/resources.ts";
import { createHandlers, runnableJobs } from "../../../../worker/jobs/handlers.ts";
import { readConfig, workerSettings } from "../../../../worker/process/config.ts";
import { createClients } from "../../../../worker/process/job-clients.ts";
import { Metrics } from "../../../../worker/process/metrics.ts";
import { createOutput } from "../../../../worker/process/output.ts";

const noSandbox: Sandbox = {
  run: () => Promise.reject(new Error("counting uses no sandbox")),
  directory: () => Promise.reject(new Error("counting uses no sandbox")),
  close: async () => {},
};

const config = readConfig(process.env);
const { log, print } = createOutput({ level: config.LOG_LEVEL, to: openSync("/dev/null", "w") });
const { AWS_REGION: region, FLEET_NAME: fleet, FLEET_SLOTS: slots, kinds } = config;

for (let engine = 0; engine < Number(process.argv[2]); engine += 1) {
  const clients = createClients({ region, endpointGiven: true, receives: config.FLEET_RECEIVES, slots });
  createWorker({
    settings: { ...workerSettings(config), workerId: `engine-${engine}` },
    jobs: runnableJobs(kinds, createHandlers({ ses: clients.ses, mail: config.mail })),
    clients,
    urls: await findQueues(clients.sqs, fleet, kinds),
    names: resourceNames(fleet),
    sandbox: noSandbox,
    clock: systemClock,
    log,
    metrics: new Metrics({ fleet, now: systemClock.now, print }),
  }).start();
}
