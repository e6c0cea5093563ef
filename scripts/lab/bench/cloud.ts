// The cloud under a benchmark, in its own process: the laptop cloud with latency on every call and, where needed, DynamoDB.
// Also measures a drain from outside the consumer.
import { pino } from "pino";
import { z } from "zod";
import { type Cloud, startCloud } from "../../local/cloud/cloud.ts";
import { localEnvironment } from "../../local/cloud/identity.ts";
import { startDynamoDb } from "../../local/dynamodb/dynamodb.ts";
import { sendToParent } from "./child.ts";

/** How to start a cloud. The first argument of its process, as JSON. */
export const cloudSetup = z.object({ latencyMs: z.number(), dynamoDb: z.boolean() });
export type CloudSetup = z.infer<typeof cloudSetup>;

/** Starts the cloud. */
export async function startBenchCloud({ latencyMs, dynamoDb }: CloudSetup): Promise<Cloud> {
  const { platform, arch, env: environment } = process;
  const log = pino({ level: "warn" }, pino.destination(2));
  const database = dynamoDb ? await startDynamoDb({ environment, platform, arch, log }) : undefined;
  const cloud = await startCloud({
    port: 0,
    region: localEnvironment.AWS_REGION,
    ...(database !== undefined && { dynamoEndpoint: database.endpoint }),
  });
  const [beforeMs, afterMs] = [Math.floor(latencyMs / 2), Math.ceil(latencyMs / 2)];
  if (latencyMs > 0) cloud.faults.push(() => ({ kind: "delay", beforeMs, afterMs }));
  return cloud;
}

/** The environment in which any AWS SDK finds the cloud. */
export function cloudEnvironment(url: string): Record<string, string> {
  return { ...localEnvironment, AWS_ENDPOINT_URL: url, AWS_EC2_METADATA_DISABLED: "true" };
}

/** Which drain to measure, and for how long. */
export type DrainWatch = {
  /** The queue's name. */
  queue: string;
  /** Messages in it. */
  messages: number;
  /** The consumer counts as warm after this many deletes, or this long after its first call. */
  warm: { deletes: number; ms: number };
  /** The longest time to measure. */
  maxMs: number;
};

/** The result of `watchDrain`: messages deleted in `ms` milliseconds, and the calls made meanwhile. */
export const measuredSchema = z.object({
  ms: z.number(),
  messages: z.number(),
  calls: z.record(z.string(), z.number()),
});

/** Sends `begun` once the consumer is warm, and `measured` after the last delete or when the time is up. */
export function watchDrain({ sqs, requests }: Cloud, { queue, messages, warm, maxMs }: DrainWatch): void {
  let calls: Record<string, number> = {};
  let deleted = 0;
  let begun: { at: number; deleted: number } | undefined;
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    if (begun !== undefined) return;
    begun = { at: performance.now(), deleted };
    calls = {};
    clearTimeout(timer);
    timer = setTimeout(end, maxMs);
    sendToParent({ is: "begun" });
  };
  const end = () => {
    clearTimeout(timer);
    stopRequests();
    stopEvents();
    const { at, deleted: before } = begun ?? { at: performance.now(), deleted };
    sendToParent({ is: "measured", ms: performance.now() - at, messages: deleted - before, calls });
  };
  const stopRequests = requests.subscribe(({ action, summary }) => {
    calls[action] = (calls[action] ?? 0) + 1;
    // A call for another queue comes from an earlier consumer.
    if (summary?.queue === queue) timer ??= setTimeout(begin, warm.ms);
  });
  const stopEvents = sqs.subscribe((event) => {
    if (event.type !== "messages-deleted" || event.queue !== queue) return;
    deleted += event.seqs.length;
    if (deleted >= warm.deletes) begin();
    if (deleted >= messages) end();
  });
}
