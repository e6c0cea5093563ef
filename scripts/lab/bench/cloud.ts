// The cloud under a benchmark, inside its own process: as on a laptop, with a latency on every call and a DynamoDB
// where one is wanted; and the watch that measures a drain from outside the consumer.
import { pino } from "pino";
import { z } from "zod";
import { type Cloud, startCloud } from "../../local/cloud/cloud.ts";
import { localEnvironment } from "../../local/cloud/identity.ts";
import { startDynamoDb } from "../../local/dynamodb/dynamodb.ts";
import { say } from "./child.ts";

/** How a cloud is started; the first argument of its process, as JSON. */
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

/** The environment in which a process finds the cloud: what any AWS SDK reads by itself. */
export function cloudEnvironment(url: string): Record<string, string> {
  return { ...localEnvironment, AWS_ENDPOINT_URL: url, AWS_EC2_METADATA_DISABLED: "true" };
}

/** What is to be measured of a drain. */
export type DrainWatch = {
  /** Queue's name. */
  queue: string;
  /** Messages that lie in it. */
  messages: number;
  /** The consumer is warm after so many deletes, or so long after its first call. */
  warm: { deletes: number; ms: number };
  /** The longest measured time. */
  mostMs: number;
};

/** What `watchDrain` says in the end: messages deleted in `ms` milliseconds, and the calls made meanwhile. */
export const measuredSchema = z.object({
  ms: z.number(),
  messages: z.number(),
  calls: z.record(z.string(), z.number()),
});

/** Says `begun` once the consumer is warm, and `measured` after the last delete or when the time is up. */
export function watchDrain({ sqs, requests }: Cloud, { queue, messages, warm, mostMs }: DrainWatch): void {
  let calls: Record<string, number> = {};
  let deleted = 0;
  let begun: { at: number; deleted: number } | undefined;
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    if (begun !== undefined) return;
    begun = { at: performance.now(), deleted };
    calls = {};
    clearTimeout(timer);
    timer = setTimeout(end, mostMs);
    say({ is: "begun" });
  };
  const end = () => {
    clearTimeout(timer);
    stopRequests();
    stopEvents();
    const { at, deleted: before } = begun ?? { at: performance.now(), deleted };
    say({ is: "measured", ms: performance.now() - at, messages: deleted - before, calls });
  };
  const stopRequests = requests.subscribe(({ action, summary }) => {
    calls[action] = (calls[action] ?? 0) + 1;
    // A call for another queue is the last of an earlier consumer.
    if (summary?.queue === queue) timer ??= setTimeout(begin, warm.ms);
  });
  const stopEvents = sqs.subscribe((event) => {
    if (event.type !== "messages-deleted" || event.queue !== queue) return;
    deleted += event.seqs.length;
    if (deleted >= warm.deletes) begin();
    if (deleted >= messages) end();
  });
}
