// Our own worker with its default settings: pollers, lanes, leases, log and metrics (to /dev/null). Without `ledger` it
// skips the ledger's two calls per job, and so does what the peers do: the queue alone.
import { openSync } from "node:fs";
import { defineJob } from "../../../../../worker/engine/job/define-job.ts";
import { type RunnableJob, runnableJob } from "../../../../../worker/engine/job/runnable-job.ts";
import type { Ledger } from "../../../../../worker/engine/ledger/ledger.ts";
import type { Sandbox } from "../../../../../worker/engine/sandbox/sandbox.ts";
import { createWorker } from "../../../../../worker/engine/worker.ts";
import { systemClock } from "../../../../../worker/fleet/clock.ts";
import { resourceNames } from "../../../../../worker/fleet/resources.ts";
import { readConfig, workerSettings } from "../../../../../worker/process/config.ts";
import { createClients } from "../../../../../worker/process/job-clients.ts";
import { Metrics } from "../../../../../worker/process/metrics.ts";
import { createOutput } from "../../../../../worker/process/output.ts";
import type { ConsumerSetup } from "../consumer.ts";
import { type BenchJob, benchKind, jobSchema } from "../workload.ts";

const noLedger: Ledger = {
  isSuspect: async () => false,
  claim: async (request) => ({
    state: "claimed",
    claim: { ...request, fence: 1, run: 1, failures: 0, steps: 0 },
  }),
  presume: (request) => ({ ...request, fence: 1, run: 1, failures: 0, steps: 0 }),
  commit: async () => {},
  applyStep: async () => {},
  mark: async () => {},
  noteInterruption: async () => {},
  noteFailure: async () => {},
  notePutOff: async () => {},
  noteAfterCommitFailure: async () => 1,
  deadLetterSent: async () => {},
};

const noSandbox: Sandbox = {
  run: () => Promise.reject(new Error("the benchmark's job uses no sandbox")),
  directory: () => Promise.reject(new Error("the benchmark's job uses no sandbox")),
  close: async () => {},
};

/** Starts one worker. */
export function start({ queueUrl, slots, fleet, ledger, run }: ConsumerSetup): void {
  const config = readConfig({ ...process.env, FLEET_NAME: fleet, FLEET_SLOTS: String(slots) });
  const clients = createClients({
    region: config.AWS_REGION,
    endpointGiven: true,
    receives: config.FLEET_RECEIVES,
    slots,
  });
  const { log, print } = createOutput({ level: config.LOG_LEVEL, to: openSync("/dev/null", "w") });
  const worker = createWorker({
    settings: workerSettings(config),
    jobs: new Map([[benchKind, jobOf(run)]]),
    clients,
    urls: { queue: () => queueUrl, deadLetterQueue: () => "" },
    names: resourceNames(fleet),
    sandbox: noSandbox,
    clock: systemClock,
    log,
    metrics: new Metrics({ fleet, now: systemClock.now, print }),
    ...(!ledger && { ledger: noLedger }),
  });
  worker.start();
}

function jobOf(run: ConsumerSetup["run"]): RunnableJob {
  const definition = defineJob<typeof benchKind, BenchJob>({
    kind: benchKind,
    payload: jobSchema,
    messageGroupId: ({ group }) => group,
    deduplicationId: ({ group, sequence }) => `${group}-${sequence}`,
    policy: { oneCommit: true },
  });
  return runnableJob(definition, {
    run: async (job) => {
      await run(job);
      return { effects: [], result: {} };
    },
  });
}
