// One run of `npm run enqueue`: arguments, payloads, the queue, a line of JSON for each job, exit code.
import { randomUUID } from "node:crypto";
import { SQSClient } from "@aws-sdk/client-sqs";
import { createEnqueue } from "../../worker/engine/enqueue/enqueue.ts";
import type { JobDefinition } from "../../worker/engine/job/define-job.ts";
import { systemClock } from "../../worker/fleet/clock.ts";
import { queueName } from "../../worker/fleet/resources.ts";
import { exitCodes, runCommand } from "../../worker/process/command.ts";
import { type Fleet, withFleet } from "../cli/fleet.ts";
import { type ProgressStream, startProgress } from "../cli/progress.ts";
import { kindNamed } from "../queues/kinds.ts";
import { urlOf } from "../queues/messages/take.ts";
import type { Jobs } from "../queues/subcommand.ts";
import { createJobWatch } from "../submit/job-watch.ts";
import { type EnqueueArguments, readArguments } from "./arguments.ts";
import { type Given, readPayloads } from "./payloads.ts";
import { sendInOrder } from "./send-in-order.ts";

/** Where the command reads and writes, and what stops it. */
export type EnqueueEnvironment = {
  env: NodeJS.ProcessEnv;
  stdin: NodeJS.ReadableStream;
  stdout: NodeJS.WritableStream & { isTTY?: boolean };
  stderr: ProgressStream;
  /** Aborts on Ctrl-C. */
  signal: AbortSignal;
  /** All job kinds. */
  jobs: Jobs;
};

/** Runs the command and returns its exit code. */
export function runEnqueue(args: readonly string[], environment: EnqueueEnvironment): Promise<number> {
  const run = async () => {
    const { env, jobs, stdin, stdout, stderr } = environment;
    const given = readArguments(args, { env, stdout, stderr, kinds: Object.keys(jobs) });
    const definition = kindNamed(jobs, given.kind);
    const payloads = await readPayloads(given, definition, stdin);
    return withFleet(env, given, (target) => send(target, given, { definition, payloads, environment }));
  };
  return runCommand("enqueue", run, environment);
}

type Work = {
  definition: JobDefinition<string, unknown>;
  payloads: readonly Given[];
  environment: EnqueueEnvironment;
};

async function send(target: Fleet, given: EnqueueArguments, work: Work): Promise<number> {
  const { definition, payloads, environment } = work;
  const { signal } = environment;
  const sqs = new SQSClient({ ...target.settingsFor("SQS"), useQueueUrlAsEndpoint: false });
  try {
    const queueUrl = await urlOf(sqs, queueName(target.names.fleet, definition.kind));
    const enqueue = createEnqueue({ sqs, queueUrl: () => queueUrl, now: Date.now, newTraceId: randomUUID });
    const report = reporter(target, given, work);
    await sendInOrder(payloads, { enqueue, definition, signal, onSent: report.onSent });
    const fine = await report.end();
    if (signal.aborted) return exitCodes.interrupted;
    return fine === payloads.length ? exitCodes.done : exitCodes.failed;
  } finally {
    sqs.destroy();
  }
}

/** Prints a line for each job: once it is sent, or once it has ended. `end` resolves to how many went well. */
function reporter(
  target: Fleet,
  { wait, timeout }: EnqueueArguments,
  { definition, payloads, environment }: Work,
) {
  const { stdout, stderr, signal } = environment;
  const counts = { total: payloads.length, submitted: 0, ended: 0 };
  const progress = payloads.length > 1 ? startProgress(stderr, counts.total, wait, "enqueue") : undefined;
  const watch = createJobWatch({ db: target.db, table: target.names.tables.jobs, clock: systemClock });
  const waiting: Promise<boolean>[] = [];
  let sent = 0;
  const print = ({ line, jobId, group }: Given, more: Record<string, unknown>) => {
    const text = `${JSON.stringify({ v: 1, line, kind: definition.kind, jobId, group, ...more })}\n`;
    if (progress !== undefined && stdout.isTTY === true) progress.around(() => stdout.write(text));
    else stdout.write(text);
  };
  const ended = async (given: Given, messageId: string, sentAt: number): Promise<boolean> => {
    const outcome = await watch.ended(given.jobId);
    counts.ended += 1;
    progress?.show(counts);
    const { outcome: how = "timed-out", seconds = null, reason = null, result = null } = outcome ?? {};
    // The same job was done before: nothing is done twice.
    const repeated = outcome !== undefined && Date.parse(outcome.endedAt) < sentAt;
    print(given, { messageId, outcome: how, seconds, reason, result, ...(repeated && { repeated }) });
    return how === "completed";
  };
  signal.addEventListener("abort", watch.close, { once: true });
  return {
    onSent: (given: Given, result: { messageId: string } | { error: unknown }) => {
      if ("error" in result) return print(given, { messageId: null, error: firstLine(result.error) });
      sent += 1;
      counts.submitted += 1;
      progress?.show(counts);
      if (wait) waiting.push(ended(given, result.messageId, Date.now()));
      else print(given, { messageId: result.messageId });
    },
    end: async (): Promise<number> => {
      const timer = setTimeout(watch.close, timeout * 1000);
      try {
        return wait ? (await Promise.all(waiting)).filter(Boolean).length : sent;
      } finally {
        clearTimeout(timer);
        watch.close();
        progress?.stop();
      }
    },
  };
}

const firstLine = (error: unknown): string => String(error).split("\n")[0] ?? "";
