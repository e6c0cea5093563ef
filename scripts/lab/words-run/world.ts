// The surroundings of a run: the local cloud on a clock that follows real time and can be moved ahead, a real DynamoDB, the
// topic with its queues, and what the judge reads from them.
import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { pino } from "pino";
import { createPublish, type Publish } from "../../../worker/engine/enqueue/publish.ts";
import type { JobDefinition } from "../../../worker/engine/job/define-job.ts";
import { deadLetterQueueName, queueName, resourceNames } from "../../../worker/fleet/resources.ts";
import { tableDefinitions } from "../../../worker/fleet/tables.ts";
import { catalog } from "../../../worker/jobs/catalog.ts";
import { readWordRow } from "../../../worker/jobs/words/word-row.ts";
import { VirtualClock } from "../../local/clock/clock.ts";
import { startCloud } from "../../local/cloud/cloud.ts";
import { localClients, localEnvironment } from "../../local/cloud/identity.ts";
import { startDynamoDb } from "../../local/dynamodb/dynamodb.ts";
import { createQueues } from "../../provision/queues.ts";
import { createTables } from "../../provision/tables.ts";
import { createTopic, subscribeQueue } from "../../provision/topics.ts";
import { createBuckets } from "../../provision/uploads.ts";
import { byWord } from "./reference.ts";

const fleet = "words-run";

/** The job kinds that receive every message. */
export const subscribers = Object.values<Pick<JobDefinition, "kind" | "policy" | "subscription">>(
  catalog,
).filter(({ kind }) => ["count-words", "multiply-words", "log-words"].includes(kind));

export type World = Awaited<ReturnType<typeof startWorld>>;

const tickMs = 20;

/** Starts the surroundings. The caller closes them. */
export async function startWorld() {
  const { env, platform, arch } = process;
  const log = pino({ level: "silent" });
  const database = await startDynamoDb({ environment: env, platform, arch, log });
  const clock = new VirtualClock(Date.now());
  const region = localEnvironment.AWS_REGION;
  const cloud = await startCloud({ port: 0, region, clock, dynamoEndpoint: database.endpoint });
  const clients = localClients(cloud.url);
  const names = resourceNames(fleet);
  await createTables(clients.dynamo, tableDefinitions(names));
  await createBuckets(clients.s3, names);
  const topicArn = await createTopic(clients.sns, names.topics.words, { kind: "fifo" });
  for (const subscriber of subscribers) {
    await createQueues(clients.sqs, fleet, subscriber);
    await subscribeQueue(clients, fleet, subscriber.kind, { ...subscriber.subscription, topicArn });
  }
  const publish: Publish = createPublish({
    sns: clients.sns,
    topicArn: () => topicArn,
    now: Date.now,
    newTraceId: () => "words-run",
  });
  const time = followRealTime(clock);
  const depth = (name: string) => {
    const { visible, inFlight } = cloud.sqs.metrics(name);
    return visible + inFlight;
  };
  const sum = (of: (fleet: string, kind: string) => string) =>
    subscribers.reduce((all, { kind }) => all + depth(of(fleet, kind)), 0);
  return {
    cloud,
    publish,
    time,
    env: { ...localEnvironment, FLEET_NAME: fleet, AWS_ENDPOINT_URL: cloud.url },
    /** Messages that are waiting or in flight. */
    waiting: () => sum(queueName),
    waitingOf: (kind: string) => depth(queueName(fleet, kind)),
    dead: () => sum(deadLetterQueueName),
    counts: async () => {
      const found: [string, number][] = [];
      let ExclusiveStartKey: Record<string, unknown> | undefined;
      do {
        const scan = new ScanCommand({
          TableName: names.tables.words,
          ConsistentRead: true,
          ExclusiveStartKey,
        });
        const page = await clients.db.send(scan);
        for (const { word, count } of (page.Items ?? []).map(readWordRow)) found.push([word, count]);
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey !== undefined);
      return found.sort(byWord);
    },
    close: async () => {
      time.stop();
      clients.destroy();
      await cloud.close();
      await database.close();
    },
  };
}

/** Moves the cloud's clock with real time. `jump` moves it ahead; `still` stops it while `work` runs. */
function followRealTime(clock: VirtualClock) {
  let last = performance.now();
  let held = false;
  const tick = () => {
    const now = performance.now();
    if (!held) clock.advance(now - last);
    last = now;
  };
  const timer = setInterval(tick, tickMs);
  return {
    now: clock.now,
    jump: (ms: number) => clock.advance(ms),
    still: async <Value>(work: () => Promise<Value>): Promise<Value> => {
      tick();
      held = true;
      try {
        return await work();
      } finally {
        held = false;
        last = performance.now();
      }
    },
    stop: () => clearInterval(timer),
  };
}
