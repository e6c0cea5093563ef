// The cloud of the queue benchmark in a process of its own: fills a queue, and measures its drain from outside.
// What is measured begins once the consumer is warm, and ends with the last delete or when the time is up.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { pino } from "pino";
import { z } from "zod";
import { resourceNames } from "../../../worker/resources.ts";
import { type Cloud, startCloud } from "../../local/cloud.ts";
import { type LocalDynamoDb, startDynamoDb } from "../../local/dynamodb/dynamodb.ts";
import { createTables, tableDefinitions } from "../../local/dynamodb/tables.ts";
import { obey, say } from "../child.ts";
import { messagesOf, workloadSchema } from "./workload.ts";

/** A consumer is warm after this many deletes, or this long after its first receive. */
const warm = { deletes: 400, ms: 300 };

const setup = z
  .object({ fleet: z.string(), latencyMs: z.number(), dynamoDb: z.boolean() })
  .parse(JSON.parse(process.argv[2] ?? ""));
const fillOrder = z.object({ run: z.string(), queue: z.string(), workload: workloadSchema });
const forgetOrder = z.object({ queue: z.string() });

const dynamoDb = setup.dynamoDb ? await startDatabase() : undefined;
const cloud = await startCloud({
  port: 0,
  ...(dynamoDb !== undefined && { dynamoEndpoint: dynamoDb.endpoint }),
});
if (setup.latencyMs > 0) {
  const half = setup.latencyMs / 2;
  cloud.faults.push(() => ({ kind: "delay", beforeMs: Math.floor(half), afterMs: Math.ceil(half) }));
}
obey({ fill: (order) => fill(cloud, fillOrder.parse(order)), forget: (order) => forget(order) });
say({ is: "serving", url: cloud.url });

async function startDatabase(): Promise<LocalDynamoDb> {
  const { platform, arch, env } = process;
  const log = pino({ level: "warn" }, pino.destination(2));
  const started = await startDynamoDb({ environment: env, platform, arch, log });
  const credentials = { accessKeyId: "AKIDLOCAL", secretAccessKey: "local" };
  const db = new DynamoDBClient({ endpoint: started.endpoint, region: "us-east-1", credentials });
  await createTables(db, tableDefinitions(resourceNames(setup.fleet)));
  db.destroy();
  return started;
}

function fill({ sqs, url, accountId }: Cloud, { run, queue, workload }: z.output<typeof fillOrder>): void {
  sqs.createQueue(queue, {
    FifoQueue: "true",
    DeduplicationScope: "messageGroup",
    FifoThroughputLimit: "perMessageGroupId",
    VisibilityTimeout: "60",
  });
  let index = 0;
  for (const { group, body } of messagesOf(workload, run))
    sqs.send(queue, { body, groupId: group, deduplicationId: `${run}-${index++}` });
  watch(cloud, queue, workload.messages, workload.mostSeconds * 1000);
  say({ is: "filled", queueUrl: `${url}/${accountId}/${queue}` });
}

function forget(order: unknown): void {
  cloud.sqs.deleteQueue(forgetOrder.parse(order).queue);
}

/** Counts the calls and deletes of one drain and tells when its measured part begins and ends. */
function watch({ sqs, requests }: Cloud, queue: string, messages: number, mostMs: number): void {
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
    say({
      is: "measured",
      ms: performance.now() - at,
      messages: deleted - before,
      calls,
      left: messages - deleted,
    });
  };
  const stopRequests = requests.subscribe(({ action }) => {
    calls[action] = (calls[action] ?? 0) + 1;
    timer ??= setTimeout(begin, warm.ms);
  });
  const stopEvents = sqs.subscribe((event) => {
    if (event.type !== "messages-deleted" || event.queue !== queue) return;
    deleted += event.seqs.length;
    if (deleted >= warm.deletes) begin();
    if (deleted >= messages) end();
  });
}
