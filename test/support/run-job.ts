// One delivery of any job through the real engine: claim, run, commit on a real ledger, work after the commit.

import { execute } from "../../worker/engine/execute/execute.ts";
import { type JobDefinition, jobIdOf } from "../../worker/engine/job/define-job.ts";
import type { Handler, JobContext } from "../../worker/engine/job/handler.ts";
import { runnableJob } from "../../worker/engine/job/runnable-job.ts";
import { Quarantine } from "../../worker/engine/lanes/quarantine.ts";
import { Lease } from "../../worker/engine/lease/lease.ts";
import { createLedger } from "../../worker/engine/ledger/dynamodb-ledger.ts";
import type { Outcome } from "../../worker/engine/receive/delivery.ts";
import { createServiceHealth } from "../../worker/engine/trouble/service-health.ts";
import { systemClock } from "../../worker/fleet/clock.ts";
import { deliveryNamed } from "./deliveries.ts";
import { never, silent } from "./sandbox.ts";

/**
 * Runs a job as a worker does and returns the outcome.
 * @param stop aborts where the worker is to end: one that reaches no service keeps trying to note what happened
 */
export async function runJob<Payload>(
  clients: Pick<JobContext, "names" | "s3" | "db" | "sandbox">,
  definition: JobDefinition<string, Payload>,
  handler: Handler<Payload>,
  payload: Payload,
  enqueuedAt = new Date().toISOString(),
  stop: AbortSignal = never,
): Promise<Outcome & { jobId: string }> {
  const jobId = jobIdOf(definition, payload);
  const { kind } = definition;
  const ledger = createLedger({
    db: clients.db,
    table: clients.names.tables.jobs,
    owner: "test",
    clock: systemClock,
  });
  const body = JSON.stringify({ v: 1, kind, jobId, payload, enqueuedAt, traceId: "trace", redrives: 0 });
  const delivery = deliveryNamed(jobId, {
    kind,
    group: definition.messageGroupId(payload),
    body,
    lease: new Lease(systemClock.monotonic(), 600),
  });
  const options = {
    jobs: new Map([[kind, runnableJob(definition, handler)]]),
    ledger,
    quarantine: new Quarantine(),
    clock: systemClock,
    random: Math.random,
    log: silent,
    clients,
    health: createServiceHealth({ clock: systemClock, log: silent }),
    putOff: { troubleSeconds: 12 * 3600, rolloutSeconds: 1800 },
    onRun: () => {},
  };
  const outcome = await execute(options, delivery, stop);
  if (outcome.outcome === "waits") throw new Error(`${jobId} has to wait`);
  return { jobId, ...outcome };
}
