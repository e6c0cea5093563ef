// A job kind for tests, its deliveries and everything around its execution, with a ledger in memory.
import type { S3Client } from "@aws-sdk/client-s3";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { pino } from "pino";
import { z } from "zod";
import { execute } from "../../worker/engine/execute/execute.ts";
import type { ExecuteOptions } from "../../worker/engine/execute/execution.ts";
import { defineJob, type JobPolicy, jobIdOf } from "../../worker/engine/job/define-job.ts";
import type { Handler, JobResult } from "../../worker/engine/job/handler.ts";
import { runnableJob } from "../../worker/engine/job/runnable-job.ts";
import { Quarantine } from "../../worker/engine/lanes/quarantine.ts";
import { Lease } from "../../worker/engine/lease/lease.ts";
import type { ClaimRequest, Ending, Ledger } from "../../worker/engine/ledger/ledger.ts";
import type { Delivery } from "../../worker/engine/receive/delivery.ts";
import { createServiceHealth } from "../../worker/engine/trouble/service-health.ts";
import { resourceNames } from "../../worker/fleet/resources.ts";
import { deliveryNamed } from "./deliveries.ts";
import { createFakeClock } from "./fake-clock.ts";
import { createMemoryLedger } from "./memory-ledger.ts";
import { noSandbox } from "./no-sandbox.ts";

type Payload = { text: string };
const job = defineJob({
  kind: "fixture-work",
  payload: z.object({ text: z.string() }),
  messageGroupId: ({ text }) => text,
  deduplicationId: ({ text }) => text,
  policy: { timeoutSeconds: 10, maxFailures: 3, backoffSeconds: { first: 4, max: 60 } },
});
/** Id of the one job. */
export const jobId = jobIdOf(job, { text: "hello" });
/** A claim of the one job by another worker. */
export const request = { jobId, kind: job.kind, group: "g", traceId: "t", enqueuedAt: "", redrives: 0 };
/** The result of a good run. */
export const done: JobResult = { effects: [], result: { answer: 42 } };
const neverStop = new AbortController().signal;

/** The message of the one job. */
export function bodyOf(overrides: Record<string, unknown> = {}): string {
  const enqueuedAt = new Date(0).toISOString();
  const payload = { text: "hello" };
  return JSON.stringify({
    v: 1,
    kind: "fixture-work",
    jobId,
    payload,
    enqueuedAt,
    traceId: "t",
    ...overrides,
  });
}

/** Everything around one handler; `deliver` runs one delivery of its message. `ran` and `claims` keep what was reported. */
export function setupExecution(
  handler: Partial<Handler<Payload>> = {},
  ledgerChanges: Partial<Ledger> = {},
  policy: Partial<JobPolicy> = {},
) {
  const clock = createFakeClock();
  const endings: Ending[] = [];
  const memory = createMemoryLedger((_, ending) => void endings.push(ending), clock.now);
  const claims: ClaimRequest[] = [];
  const ledger: Ledger = {
    ...memory,
    claim: (asked, signal) => {
      claims.push(asked);
      return memory.claim(asked, signal);
    },
    ...ledgerChanges,
  };
  const ran: { kind: string; waitMs: number; runMs: number }[] = [];
  const logged: string[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void logged.push(line) });
  const health = createServiceHealth({ clock, log, random: () => 0.999_999 });
  const options: ExecuteOptions = {
    jobs: new Map([
      [
        job.kind,
        runnableJob({ ...job, policy: { ...job.policy, ...policy } }, { run: async () => done, ...handler }),
      ],
    ]),
    ledger,
    quarantine: new Quarantine(),
    clock,
    random: () => 0.999_999,
    log,
    clients: {
      names: resourceNames("test"),
      s3: {} as S3Client,
      db: {} as DynamoDBDocumentClient,
      sandbox: noSandbox,
    },
    health,
    putOff: { troubleSeconds: 12 * 3600, rolloutSeconds: 1800 },
    onRun: (kind, times) => void ran.push({ kind, ...times }),
  };
  const deliver = (overrides: Partial<Delivery> = {}, stop: AbortSignal = neverStop) =>
    execute(
      options,
      deliveryNamed("m", { body: bodyOf(), lease: new Lease(clock.monotonic(), 60), ...overrides }),
      stop,
    );
  return { clock, memory, endings, options, deliver, logged, health, ran, claims };
}

/** A handler that always fails. */
export const failing = {
  run: async () => {
    throw new Error("broken");
  },
};
