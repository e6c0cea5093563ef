// Measures one run of the whole worker, or of a bare loop, over the same files: time, CPU, calls and memory.
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { workerAllocator, workerNodeOptions } from "../../../../worker/process/node-options.ts";
import { treeBytes } from "../../measure/memory.ts";
import { treeCpu } from "../../measure/processes.ts";
import { megabytes } from "../../measure/statistics.ts";
import { type Child, startChild } from "../child.ts";
import { cloudEnvironment, measuredSchema } from "../cloud.ts";
import type { Figures } from "../compare.ts";
import type { SuiteOptions } from "../suite.ts";
import type { MeasuredKind } from "./inputs.ts";

/** The files of a run, in order; the first `warm` of them are not measured. */
export type Files = { folder: string; names: string[]; warm: number };

/** The cloud of a suite. */
export type JobsCloud = Child & { url: string };

const nothing = z.unknown();
const doneSchema = z.object({ ms: z.number(), files: z.number(), cpuMs: z.number() });

/** How often memory is looked at, milliseconds: what lasts shorter may be missed. */
const lookEveryMs = 100;

/** Starts a cloud, uses it and ends it. */
export async function withJobsCloud<Value>(
  { latencyMs }: Pick<SuiteOptions, "latencyMs">,
  use: (cloud: JobsCloud) => Promise<Value>,
): Promise<Value> {
  const args = [JSON.stringify({ latencyMs, dynamoDb: true })];
  const child = startChild("./jobs/cloud-process.ts", { args, side: "cloud" });
  try {
    const { url } = await child.receive("serving", z.object({ url: z.string() }));
    return await use({ ...child, url });
  } finally {
    await child.end();
  }
}

/** A process that works on the queue. */
export type WorkerEntry = { module: string; args?: string[] };

/**
 * Measures the whole worker as `npm run worker` starts it, from the queue to the deleted message.
 * @param entry what is started instead of that worker
 */
export async function measureWorker(
  cloud: JobsCloud,
  kind: MeasuredKind,
  files: Files,
  environment: Record<string, string> = {},
  { module, args = [] }: WorkerEntry = { module: "../../../worker/main.ts" },
): Promise<Figures> {
  const fleet = `bench-${randomUUID().slice(0, 8)}`;
  cloud.send({ do: "fill", kind, fleet, ...files });
  await cloud.receive("filled", nothing);
  const worker = startChild(module, {
    args,
    nodeArgs: [...workerNodeOptions],
    env: {
      ...cloudEnvironment(cloud.url),
      ...workerAllocator,
      FLEET_NAME: fleet,
      FLEET_JOBS: kind,
      ...environment,
    },
    side: "measured",
  });
  try {
    return await withPeak(worker, Promise.race([drained(cloud, worker), worker.died]));
  } finally {
    await worker.end();
  }
}

async function drained(cloud: Child, worker: Child): Promise<Figures> {
  await cloud.receive("begun", nothing);
  const before = treeCpu(worker.pid);
  const { ms, messages, calls } = await cloud.receive("measured", measuredSchema);
  const after = treeCpu(worker.pid);
  const allCalls = Object.values(calls).reduce((sum, count) => sum + count, 0);
  return {
    ...figuresOf({ ms, files: messages, cpuMs: after.treeMs - before.treeMs }),
    "of it outside of decoding": (after.ownMs - before.ownMs) / messages,
    calls: allCalls / messages,
  };
}

/** Measures a bare loop, a module relative to the benchmark's folder, over the files themselves. */
export async function measureLoop(
  module: string,
  files: Files,
  options: Record<string, unknown>,
): Promise<Figures> {
  const loop = startChild(module, { args: [JSON.stringify({ ...files, ...options })], side: "measured" });
  try {
    await loop.receive("ready", nothing);
    loop.send({ do: "start" });
    return await withPeak(loop, loop.receive("done", doneSchema).then(figuresOf));
  } finally {
    await loop.end();
  }
}

/** Adds the most memory that the process and its children took together meanwhile. */
async function withPeak({ pid }: Child, measured: Promise<Figures>): Promise<Figures> {
  let peak = treeBytes(pid);
  const timer = setInterval(() => {
    peak = Math.max(peak, treeBytes(pid));
  }, lookEveryMs);
  try {
    return { ...(await measured), "peak MB": megabytes(peak) };
  } finally {
    clearInterval(timer);
  }
}

const figuresOf = ({ ms, files, cpuMs }: z.output<typeof doneSchema>): Figures => ({
  "CPU ms each": cpuMs / files,
  "a second": (files * 1000) / ms,
});
