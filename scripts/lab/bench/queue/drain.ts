// One measured drain: the cloud fills a fresh queue, one consumer in a fresh process drains it.
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type Child, startChild } from "../child.ts";
import { type CloudSetup, cloudEnvironment, measuredSchema } from "../cloud.ts";
import type { Contender } from "./consumers.ts";
import type { Workload } from "./workload.ts";

/** What was measured in one drain after the warm-up. Violations are counted from the start. */
export type Drain = {
  messagesPerSecond: number;
  /** Calls of all kinds to the cloud. */
  callsPerMessage: number;
  cpuMsPerMessage: number;
  /** Jobs started while an earlier one of their group was running, or after a later one. */
  violations: number;
  /** Jobs started. */
  started: number;
  /** Jobs started a second time. */
  repeated: number;
};

/** The cloud of this suite. */
export type QueueCloud = Child & { url: string; fleet: string };

const servingSchema = z.object({ url: z.string() });
const filledSchema = z.object({ queueUrl: z.string() });
const reportSchema = z.object({
  cpuMs: z.number(),
  started: z.number(),
  overlaps: z.number(),
  late: z.number(),
  repeated: z.number(),
});
const nothing = z.unknown();

/** Starts the cloud in its own process. */
export async function startQueueCloud(setup: CloudSetup & { fleet: string }): Promise<QueueCloud> {
  const child = startChild("./queue/cloud-process.ts", {
    args: [JSON.stringify(setup)],
    side: "cloud",
  });
  const { url } = await child.receive("serving", servingSchema);
  return { ...child, url, fleet: setup.fleet };
}

/** Measures one drain. */
export async function measureDrain(
  cloud: QueueCloud,
  workload: Workload,
  contender: Contender,
): Promise<Drain> {
  const run = randomUUID().slice(0, 8);
  const queue = `bench-${run}.fifo`;
  cloud.send({ do: "fill", run, queue, workload });
  const { queueUrl } = await cloud.receive("filled", filledSchema);
  const consumer = startConsumer(cloud, contender, queueUrl);
  try {
    return await Promise.race([watched(cloud, consumer), consumer.died]);
  } finally {
    await consumer.end();
    cloud.send({ do: "forget", queue });
  }
}

async function watched(cloud: QueueCloud, consumer: Child): Promise<Drain> {
  await consumer.receive("ready", nothing);
  consumer.send({ do: "start" });
  await cloud.receive("begun", nothing);
  consumer.send({ do: "mark" });
  const { ms, messages, calls } = await cloud.receive("measured", measuredSchema);
  consumer.send({ do: "report" });
  const { cpuMs, started, overlaps, late, repeated } = await consumer.receive("report", reportSchema);
  const allCalls = Object.values(calls).reduce((sum, count) => sum + count, 0);
  return {
    messagesPerSecond: (messages * 1000) / ms,
    callsPerMessage: allCalls / messages,
    cpuMsPerMessage: cpuMs / messages,
    violations: overlaps + late,
    started,
    repeated,
  };
}

function startConsumer({ url, fleet }: QueueCloud, contender: Contender, queueUrl: string): Child {
  const { consumer, slots, ledger } = contender;
  const plan = { consumer, queueUrl, slots, fleet, ledger };
  return startChild("./queue/consumer-process.ts", {
    args: [JSON.stringify(plan)],
    env: cloudEnvironment(url),
    side: "measured",
  });
}
