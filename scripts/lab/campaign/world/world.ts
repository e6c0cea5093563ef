// The surroundings of a campaign: the local cloud with its triggers and streams, all of it recorded. Starts no workers.
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import type { FasterTime } from "../../../../worker/fleet/clock.ts";
import { type ResourceNames, resourceNames } from "../../../../worker/fleet/resources.ts";
import { fasterClock } from "../../../local/clock/clock.ts";
import { type Cloud, startCloud } from "../../../local/cloud/cloud.ts";
import { type LocalClients, localClients, localEnvironment } from "../../../local/cloud/identity.ts";
import { startDynamoDb } from "../../../local/dynamodb/dynamodb.ts";
import { startStreams } from "../../../local/streams/start.ts";
import { provision } from "../../../local/system/provision.ts";
import { startTriggers, triggerArn } from "../../../local/triggers/triggers.ts";
import { drainSeconds } from "../fleet/fleet.ts";
import { createRecorder, type Recorder } from "../log/recorder.ts";
import { defaultLeaseSeconds, fasterSeconds, timeScaleOf } from "../plan/plan.ts";
import { lifecycleService } from "./lifecycle-service.ts";
import { type Slack, startSlack } from "./slack.ts";

/** How an event reaches its trigger. */
export type Invoke = (functionArn: string, event: unknown) => Promise<unknown>;

export type World = {
  cloud: Cloud;
  clients: LocalClients;
  names: ResourceNames;
  recorder: Recorder;
  slack: Slack;
  /** How much faster than on the machine the time of workers, queues and producers runs, and its epoch milliseconds. */
  time: FasterTime;
  now: () => number;
  /** Folder for the workers' temporary files and logs. */
  folder: string;
  /** The environment of every worker, without what distinguishes one from another. */
  workerEnv: Readonly<Record<string, string>>;
  close: (options?: { keepFolder?: boolean }) => Promise<void>;
  /** Removes the folder. */
  removeFolder: () => void;
};

const silent = pino({ level: "silent" });

/** The scaling group and hook of the campaign's instances. */
export const lifecycle = { group: "campaign", hook: "terminate" };

/**
 * Starts the surroundings.
 * @param deliver wraps how events of S3, SNS and streams reach triggers; a campaign makes it unreliable
 */
export async function startWorld({
  deliver = (invoke) => invoke,
  leaseSeconds = defaultLeaseSeconds,
}: {
  deliver?: (invoke: Invoke) => Invoke;
  leaseSeconds?: number;
} = {}): Promise<World> {
  const { env, platform, arch } = process;
  const names = resourceNames("campaign");
  const time = { scale: timeScaleOf(leaseSeconds), originMs: Date.now() };
  const queueClock = fasterClock(time);
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "fifo-fleet-campaign-"));
  const database = await startDynamoDb({ environment: env, platform, arch, log: silent });
  const ready = Promise.withResolvers<Invoke>();
  const recorder = createRecorder("queue-events");
  const cloud = await startCloud({
    port: 0,
    queueClock,
    region: localEnvironment.AWS_REGION,
    dynamoEndpoint: database.endpoint,
    invoke: async (functionArn, event) => void (await (await ready.promise)(functionArn, event)),
    extraServices: [lifecycleService()],
    onApplied: recorder.onApplied,
  });
  cloud.sqs.subscribe(recorder.onQueueEvent);
  const environment = { ...localEnvironment, FLEET_NAME: names.fleet, AWS_ENDPOINT_URL: cloud.url };
  const triggers = startTriggers({ env: environment, log: silent });
  const invoke = deliver(triggers.invoke);
  ready.resolve(invoke);
  const clients = localClients(cloud.url);
  await provision(clients, names, cloud);
  const functionArn = (trigger: string) => triggerArn(cloud.region, cloud.accountId, trigger);
  const pauseMs = { first: 50, longest: 300 };
  const streams = await startStreams({ clients, names, functionArn, invoke, log: silent, pauseMs });
  const slack = await startSlack();
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  return {
    cloud,
    clients,
    names,
    recorder,
    slack,
    time,
    now: queueClock.now,
    folder,
    workerEnv: { ...environment, ...workerSettings(time), CAMPAIGN_SLACK: slack.url },
    close: async ({ keepFolder = false } = {}) => {
      await slack.close();
      await streams.close();
      await triggers.close();
      clients.destroy();
      await cloud.close();
      await database.close();
      if (!keepFolder) removeFolder();
    },
    removeFolder,
  };
}

/**
 * Workers keep the settings of an account where they wait, and get longer ones where they work, because the machine is slow
 * on their clock.
 */
const workerSettings = ({ scale, originMs }: FasterTime) => ({
  FLEET_SLOTS: "6",
  FLEET_DECODERS: "1",
  FLEET_TIME_SCALE: String(scale),
  FLEET_TIME_ORIGIN: new Date(originMs).toISOString(),
  FLEET_VISIBILITY_SECONDS: String(fasterSeconds.lease),
  FLEET_RUN_SECONDS: String(fasterSeconds.run),
  FLEET_DRAIN_SECONDS: String(drainSeconds / scale),
  FLEET_SCALE_IN_SECONDS: String(drainSeconds / scale),
  FLEET_DRAIN_MARGIN_SECONDS: "60",
  FLEET_METADATA_SECONDS: String(0.2 / scale),
  FLEET_PAUSES_SECONDS: "60",
  FLEET_PRESENCE_SECONDS: "150",
  FLEET_METRICS_SECONDS: "300",
  FLEET_DELETE_LINGER_MS: "300",
  // Archives outlive the sweeps, which play two days.
  FLEET_FILE_HOURS: "2000",
  FLEET_FILE_MAX_HOURS: "2000",
  FLEET_MAIL_ADDRESS: "submissions@magazine.example",
  FLEET_MAIL_ANSWER: "any",
  FLEET_SCALING_GROUP: lifecycle.group,
  FLEET_LIFECYCLE_HOOK: lifecycle.hook,
  LOG_LEVEL: "info",
  MALLOC_ARENA_MAX: "2",
});
