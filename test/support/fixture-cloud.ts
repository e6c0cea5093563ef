// A local cloud with a real DynamoDB and the fixture job's queues and tables, and ways to look at it.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { pino } from "pino";
import type { Clock } from "../../scripts/local/clock/clock.ts";
import { type Cloud, startCloud } from "../../scripts/local/cloud/cloud.ts";
import { startDynamoDb } from "../../scripts/local/dynamodb/dynamodb.ts";
import { proxyService } from "../../scripts/local/gateway/proxy.ts";
import type { LocalService } from "../../scripts/local/gateway/service.ts";
import { createQueues } from "../../scripts/provision/queues.ts";
import { createTables } from "../../scripts/provision/tables.ts";
import { createEnqueue } from "../../worker/engine/enqueue/enqueue.ts";
import { jobIdOf } from "../../worker/engine/job/define-job.ts";
import { type JobRow, readJobRow } from "../../worker/engine/ledger/job-row.ts";
import { findQueues, type QueueUrls } from "../../worker/engine/receive/queue-urls.ts";
import {
  deadLetterQueueName,
  queueName,
  type ResourceNames,
  resourceNames,
} from "../../worker/fleet/resources.ts";
import { tableDefinitions } from "../../worker/fleet/tables.ts";
import { clientSettings } from "./cloud.ts";
import { type FixturePayload, fixtureTable, fixtureTableName, fixtureWork } from "./fixture-jobs.ts";

export const silent = pino({ level: "silent" });

/** A dead letter as an operator would see it. */
export type DeadLetter = { group: string; body: string; attributes: Record<string, string | undefined> };

/** A call that is held back before DynamoDB until the test lets it proceed. */
export type HeldCall = { arrived: Promise<void>; proceed: () => void };

/** A cloud for a fleet of fixture workers. */
export type FixtureCloud = {
  cloud: Cloud;
  sqs: SQSClient;
  db: DynamoDBDocumentClient;
  names: ResourceNames;
  urls: QueueUrls;
  /** Holds back the next call of a DynamoDB action until it may proceed, however long its caller sleeps. */
  hold: (action: string) => HeldCall;
  /** The environment of a worker process that uses this cloud. */
  env: Record<string, string>;
  /** Sends jobs in the given order, groups in parallel. */
  enqueue: (payloads: readonly FixturePayload[]) => Promise<void>;
  /** Positions in the order in which the jobs of a group took effect. */
  order: (group: string) => Promise<unknown[]>;
  /** How often a job took effect. */
  effects: (payload: Pick<FixturePayload, "group" | "n">) => Promise<number>;
  /** Starts and ends of the traced runs of a group. */
  trace: (group: string) => Promise<unknown[]>;
  /** Lets the gated runs of a group go on. */
  openGate: (group: string) => Promise<void>;
  jobRow: (payload: Pick<FixturePayload, "group" | "n">) => Promise<JobRow | undefined>;
  /** Receives the content of the dead-letter queue, oldest first. */
  deadLetters: () => Promise<DeadLetter[]>;
  /** Messages now in the queue and its dead-letter queue, in flight included. */
  left: () => { queue: number; visible: number; inFlight: number; dead: number };
  close: () => Promise<void>;
};

/** Starts it; `fleet` names tables and queues, so that several tests may share a database. */
export async function startFixtureCloud(
  options: { fleet?: string; clock?: Clock } = {},
): Promise<FixtureCloud> {
  const { fleet = "test" } = options;
  const { env, platform, arch } = process;
  const database = await startDynamoDb({ environment: env, platform, arch, log: silent });
  const { service, hold } = holdable(
    proxyService("dynamodb", database.endpoint, ["DynamoDB_20120810.", "DynamoDBStreams_20120810."]),
  );
  const cloud = await startCloud({ port: 0, ...options, extraServices: [service] });
  const settings = clientSettings(cloud);
  const sqs = new SQSClient(settings);
  const dynamo = new DynamoDBClient({ ...settings, endpoint: database.endpoint });
  const db = DynamoDBDocumentClient.from(dynamo);
  const names = resourceNames(fleet);
  await createTables(dynamo, [...tableDefinitions(names), fixtureTable(fleet)]);
  await createQueues(sqs, fleet, fixtureWork);
  const urls = await findQueues(sqs, fleet, [fixtureWork.kind]);
  return {
    cloud,
    sqs,
    db,
    names,
    urls,
    hold,
    env: environmentOf(cloud, fleet),
    enqueue: enqueueTo(sqs, urls),
    ...booksOf(db, names),
    deadLetters: () => takeDeadLetters(sqs, urls),
    left: () => countsOf(cloud, fleet),
    close: async () => {
      sqs.destroy();
      dynamo.destroy();
      await cloud.close();
      await database.close();
    },
  };
}

function holdable(proxy: LocalService): { service: LocalService; hold: FixtureCloud["hold"] } {
  const waiting = new Map<string, { arrive: () => void; gone: Promise<void> }>();
  const service: LocalService = {
    ...proxy,
    handle: async (request) => {
      const action = proxy.actionOf(request);
      const held = waiting.get(action);
      waiting.delete(action);
      held?.arrive();
      await held?.gone;
      return proxy.handle(request);
    },
  };
  const hold = (action: string): HeldCall => {
    const arrived = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    waiting.set(action, { arrive: arrived.resolve, gone: gone.promise });
    return { arrived: arrived.promise, proceed: gone.resolve };
  };
  return { service, hold };
}

function environmentOf(cloud: Cloud, fleet: string): Record<string, string> {
  return {
    FLEET_NAME: fleet,
    AWS_REGION: cloud.region,
    AWS_ENDPOINT_URL: cloud.url,
    AWS_ACCESS_KEY_ID: "AKIDLOCAL",
    AWS_SECRET_ACCESS_KEY: "local",
    LOG_LEVEL: "warn",
  };
}

function enqueueTo(sqs: SQSClient, urls: QueueUrls): FixtureCloud["enqueue"] {
  const enqueue = createEnqueue({ sqs, queueUrl: urls.queue, now: Date.now, newTraceId: () => "trace" });
  return async (payloads) => {
    const groups = Map.groupBy(payloads, ({ group }) => group);
    await Promise.all(
      [...groups.values()].map(async (group) => {
        for (const payload of group) await enqueue(fixtureWork, fixtureWork.payload.parse(payload));
      }),
    );
  };
}

function booksOf(db: DynamoDBDocumentClient, names: ResourceNames) {
  const item = async (TableName: string, Key: Record<string, string>) =>
    (await db.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;
  const book = (id: string) => item(fixtureTableName(names.fleet), { id });
  const listOf = async (id: string): Promise<unknown[]> => (await book(id))?.log ?? [];
  return {
    order: (group: string) => listOf(`group#${group}`),
    trace: (group: string) => listOf(`trace#${group}`),
    effects: async ({ group, n }: Pick<FixturePayload, "group" | "n">) =>
      Number((await book(`job#${group}/${n}`))?.effects ?? 0),
    openGate: async (group: string) => {
      const Item = { id: `gate#${group}` };
      await db.send(new PutCommand({ TableName: fixtureTableName(names.fleet), Item }));
    },
    jobRow: async ({ group, n }: Pick<FixturePayload, "group" | "n">) => {
      const jobId = jobIdOf(fixtureWork, fixtureWork.payload.parse({ group, n }));
      const row = await item(names.tables.jobs, { jobId });
      return row === undefined ? undefined : readJobRow(row);
    },
  };
}

async function takeDeadLetters(sqs: SQSClient, urls: QueueUrls): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: urls.deadLetterQueue(fixtureWork.kind),
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ["All"],
        MessageSystemAttributeNames: ["MessageGroupId"],
      }),
    );
    if (Messages.length === 0) return letters;
    for (const { Attributes, MessageAttributes = {}, Body = "" } of Messages)
      letters.push({
        group: Attributes?.MessageGroupId ?? "",
        body: Body,
        attributes: Object.fromEntries(
          Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]),
        ),
      });
  }
}

function countsOf({ sqs }: Cloud, fleet: string): ReturnType<FixtureCloud["left"]> {
  const { visible, inFlight } = sqs.metrics(queueName(fleet, fixtureWork.kind));
  const dead = sqs.metrics(deadLetterQueueName(fleet, fixtureWork.kind));
  return { queue: visible + inFlight, visible, inFlight, dead: dead.visible + dead.inFlight };
}
