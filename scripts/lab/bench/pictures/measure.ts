// Measures one run of the worker, or of the bare loop, over the same pictures.
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { treeCpuMs } from "../../measure/processes.ts";
import { type Child, startChild } from "../child.ts";
import { cloudEnvironment, measuredSchema } from "../cloud.ts";

/** The pictures of a run. */
export type Pictures = { folder: string; names: string[]; warm: number };

/** What was measured after the warm-up. CPU time includes all of the consumer's child processes. */
export type Run = { picturesPerSecond: number; cpuMsPerPicture: number; callsPerPicture: number };

const nothing = z.unknown();
const doneSchema = z.object({ ms: z.number(), pictures: z.number(), cpuMs: z.number() });

/** Measures the whole worker as `npm run worker` starts it, with `atOnce` decoders, from the queue to the deleted original. */
export async function measureWorker(
  cloud: Child & { url: string },
  pictures: Pictures,
  atOnce: number,
): Promise<Run> {
  const fleet = `bench-${randomUUID().slice(0, 8)}`;
  cloud.send({ do: "fill", fleet, ...pictures });
  await cloud.receive("filled", nothing);
  const worker = startChild("../../../worker/main.ts", {
    env: {
      ...cloudEnvironment(cloud.url),
      FLEET_NAME: fleet,
      FLEET_JOBS: "resize-image",
      FLEET_DECODERS: String(atOnce),
    },
  });
  try {
    return await Promise.race([drained(cloud, worker), worker.died]);
  } finally {
    await worker.end();
  }
}

async function drained(cloud: Child, worker: Child): Promise<Run> {
  await cloud.receive("begun", nothing);
  const before = treeCpuMs(worker.pid);
  const { ms, messages, calls } = await cloud.receive("measured", measuredSchema);
  const cpuMs = treeCpuMs(worker.pid) - before;
  const allCalls = Object.values(calls).reduce((sum, count) => sum + count, 0);
  return runOf({ ms, pictures: messages, cpuMs }, allCalls);
}

/** Measures the bare loop over the files themselves. */
export async function measureLoop(pictures: Pictures, atOnce: number): Promise<Run> {
  const loop = startChild("./pictures/sharp-loop-process.ts", {
    args: [JSON.stringify({ ...pictures, atOnce })],
  });
  try {
    await loop.receive("ready", nothing);
    loop.send({ do: "start" });
    return runOf(await loop.receive("done", doneSchema), 0);
  } finally {
    await loop.end();
  }
}

function runOf({ ms, pictures, cpuMs }: z.output<typeof doneSchema>, calls: number): Run {
  return {
    picturesPerSecond: (pictures * 1000) / ms,
    cpuMsPerPicture: cpuMs / pictures,
    callsPerPicture: calls / pictures,
  };
}
