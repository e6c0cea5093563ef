// The whole chain of pictures for a flow: local cloud, triggers in their own process, stream pollers, real workers. The
// test decides how events are delivered, and may deliver them badly.

import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { GetCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { emptyGroup } from "../../scripts/local/autoscaling/empty-group.ts";
import { autoScalingService } from "../../scripts/local/autoscaling/service.ts";
import { type Cloud, startCloud } from "../../scripts/local/cloud/cloud.ts";
import {
  type LocalClients,
  localAccountId,
  localClients,
  localEnvironment,
} from "../../scripts/local/cloud/identity.ts";
import { startDynamoDb } from "../../scripts/local/dynamodb/dynamodb.ts";
import { apiPrefix, httpApiService, routesOf } from "../../scripts/local/http-api/service.ts";
import { type Parameter, ssmService } from "../../scripts/local/ssm/service.ts";
import type { StreamPoller } from "../../scripts/local/streams/poller.ts";
import { startStreams } from "../../scripts/local/streams/start.ts";
import { provision } from "../../scripts/local/system/provision.ts";
import { startTriggers, type Triggers, triggerArn } from "../../scripts/local/triggers/triggers.ts";
import { urlOf } from "../../scripts/queues/messages/take.ts";
import { eventSources } from "../../triggers/catalog/event-sources.ts";
import {
  deadLetterQueueName,
  failedRecordsQueueName,
  queueName,
  type ResourceNames,
  resourceNames,
} from "../../worker/fleet/resources.ts";
import { jobKinds } from "../../worker/jobs/catalog.ts";
import { silentLog } from "./provisioned.ts";
import { until } from "./until.ts";

/** How a trigger is invoked; a flow may wrap it. */
export type InvokeTrigger = (functionArn: string, event: unknown) => Promise<unknown>;

export type ChainOptions = {
  /** How S3's events reach the triggers. */
  deliver?: (invoke: InvokeTrigger) => InvokeTrigger;
  /** One stream poller each, by how its batches reach the trigger. */
  pollers?: ((invoke: InvokeTrigger) => InvokeTrigger)[];
  /** What the resources are called. */
  names?: ResourceNames;
  /** Bucket suffix that the names were made with. */
  bucketSuffix?: string;
  /** Every trigger, and the worker, calls with an access key id of its own: its name. */
  callersByName?: boolean;
  /** Parameters of Systems Manager. */
  parameters?: ReadonlyMap<string, Parameter>;
};

export type ChainCloud = Awaited<ReturnType<typeof startChainCloud>>;

const plainly = (invoke: InvokeTrigger) => invoke;

/** Starts it without workers; the caller closes it when the test ends. */
export async function startChainCloud({
  deliver = plainly,
  pollers = [plainly],
  bucketSuffix = "",
  names = resourceNames("chain", bucketSuffix),
  callersByName = false,
  parameters = new Map(),
}: ChainOptions = {}) {
  const { env, platform, arch } = process;
  const database = await startDynamoDb({ environment: env, platform, arch, log: silentLog });
  const ready = Promise.withResolvers<InvokeTrigger>();
  const place = { region: localEnvironment.AWS_REGION, accountId: localAccountId };
  const api = httpApiService({
    routes: routesOf((trigger) => triggerArn(place.region, place.accountId, trigger)),
    invoke: async (functionArn, event) => (await ready.promise)(functionArn, event),
    accountId: place.accountId,
    now: Date.now,
  });
  const cloud = await startCloud({
    port: 0,
    ...place,
    dynamoEndpoint: database.endpoint,
    extraServices: [
      ssmService(parameters, place),
      api,
      autoScalingService(emptyGroup(`${names.fleet}-workers`)),
    ],
    invoke: async (functionArn, event) => void (await deliver(await ready.promise)(functionArn, event)),
  });
  const environmentOf = (caller: string) => ({
    ...localEnvironment,
    ...(callersByName && { AWS_ACCESS_KEY_ID: caller }),
    FLEET_NAME: names.fleet,
    FLEET_BUCKET_SUFFIX: bucketSuffix,
    AWS_ENDPOINT_URL: cloud.url,
  });
  const triggers = callersByName
    ? triggerEach(environmentOf)
    : startTriggers({ env: environmentOf("triggers"), log: silentLog });
  ready.resolve(triggers.invoke);
  const clients = localClients(cloud.url);
  await provision(clients, names, cloud);
  const functionArn = (trigger: string) => triggerArn(cloud.region, cloud.accountId, trigger);
  const streams: StreamPoller[] = [];
  const pollStreams = async (wrap = plainly): Promise<void> => {
    const invoke = wrap(triggers.invoke);
    const pauseMs = { first: 20, longest: 100 };
    streams.push(await startStreams({ clients, names, functionArn, invoke, log: silentLog, pauseMs }));
  };
  await Promise.all(pollers.map(pollStreams));
  const workers: ChildProcess[] = [];
  return {
    cloud,
    /** The HTTP API, without a slash at the end. */
    apiUrl: cloud.url + apiPrefix,
    clients,
    names,
    invoke: (trigger: string, event: unknown) => triggers.invoke(functionArn(trigger), event),
    /** Starts one more stream poller. */
    pollStreams,
    startWorker: (id: string, more: Record<string, string> = {}) =>
      startWorker({ ...environmentOf("worker"), ...more, FLEET_WORKER_ID: id }, workers),
    ...readsOf(cloud, clients, names),
    close: async () => {
      for (const worker of workers) worker.kill("SIGKILL");
      await Promise.all(streams.map(({ close }) => close()));
      await triggers.close();
      clients.destroy();
      await cloud.close();
      await database.close();
    },
  };
}

/** A host for each trigger, since credentials are a process's own. */
function triggerEach(environmentOf: (trigger: string) => Record<string, string>): Triggers {
  const hosts = new Map(
    Object.keys(eventSources).map((name) => [
      name,
      startTriggers({ env: environmentOf(name), log: silentLog }),
    ]),
  );
  return {
    invoke: async (functionArn, event) => {
      const host = hosts.get(functionArn.split(":").at(-1) ?? "");
      if (host === undefined) throw new Error(`no trigger ${functionArn}`);
      return host.invoke(functionArn, event);
    },
    close: async () => void (await Promise.all([...hosts.values()].map((host) => host.close()))),
  };
}

const entry = fileURLToPath(new URL("../../worker/main.ts", import.meta.url));
const tether = fileURLToPath(new URL("../../scripts/local/processes/tether.ts", import.meta.url));

/** A real worker with short leases; resolves when it takes jobs. */
async function startWorker(env: Record<string, string>, workers: ChildProcess[]): Promise<ChildProcess> {
  const settings = {
    FLEET_SLOTS: "8",
    FLEET_DECODERS: "2",
    FLEET_WAIT_SECONDS: "1",
    FLEET_VISIBILITY_SECONDS: "6",
    FLEET_HEALTH_ADDRESS: "127.0.0.1:0",
  };
  const worker = spawn(process.execPath, ["--import", tether, entry], {
    env: { PATH: process.env.PATH, ...settings, ...env },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  workers.push(worker);
  let lines = "";
  worker.stdout?.on("data", (chunk: Buffer) => {
    lines += chunk.toString();
  });
  await until("the worker to be ready", () => lines.includes("worker ready"));
  return worker;
}

function readsOf(cloud: Cloud, { s3, db, sqs, dynamo }: LocalClients, names: ResourceNames) {
  const depth = (queue: string) => {
    const { visible, inFlight } = cloud.sqs.metrics(queue);
    return visible + inFlight;
  };
  return {
    upload: (key: string, body: Buffer) =>
      s3.send(new PutObjectCommand({ Bucket: names.buckets.uploads, Key: key, Body: body })),
    /** All rows of a table. */
    rows: async (table: keyof ResourceNames["tables"]) => {
      const { Items = [] } = await db.send(
        new ScanCommand({ TableName: names.tables[table], ConsistentRead: true }),
      );
      return Items;
    },
    album: async (album: string) =>
      (
        await db.send(
          new GetCommand({ TableName: names.tables.albums, Key: { album }, ConsistentRead: true }),
        )
      ).Item,
    keys: async (bucket: keyof ResourceNames["buckets"]) => {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: names.buckets[bucket] }));
      return Contents.map(({ Key = "" }) => Key);
    },
    /** Messages that wait or are being worked on, over all kinds. */
    working: () => jobKinds.reduce((sum, kind) => sum + depth(queueName(names.fleet, kind)), 0),
    deadLetters: () => jobKinds.reduce((sum, kind) => sum + depth(deadLetterQueueName(names.fleet, kind)), 0),
    failedRecords: () => depth(failedRecordsQueueName(names.fleet, "record-changed")),
    /** Puts a record of a table on the failure queue that its stream has trimmed since: no shard has this name. */
    giveUpTrimmed: async (table: keyof ResourceNames["tables"]) => {
      const QueueUrl = await urlOf(sqs, failedRecordsQueueName(names.fleet, "record-changed"));
      const TableName = names.tables[table];
      const { Table } = await dynamo.send(new DescribeTableCommand({ TableName }));
      const place = {
        shardId: "shardId-00000000000000000000-deadbeef",
        startSequenceNumber: "100000000000000000001",
        endSequenceNumber: "100000000000000000001",
        batchSize: 1,
        streamArn: Table?.LatestStreamArn,
      };
      const requestContext = { condition: "RetryAttemptsExhausted", approximateInvokeCount: 11 };
      const MessageBody = JSON.stringify({ requestContext, DDBStreamBatchInfo: place });
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    },
  };
}
