// The whole system on one machine, put together: DynamoDB, the other services, triggers with their streams and
// schedules, the fleet, the console, mail in.
// Started in the order of what needs what, stopped in the opposite one.
import type { Logger } from "pino";
import { resourceNames } from "../../../worker/fleet/resources.ts";
import { autoScalingService } from "../autoscaling/service.ts";
import { realClock } from "../clock/clock.ts";
import { type Cloud, startCloud } from "../cloud/cloud.ts";
import { localAccountId, localClients, localEnvironment } from "../cloud/identity.ts";
import { startLocalConsole } from "../console/start.ts";
import { startDynamoDb } from "../dynamodb/dynamodb.ts";
import { fleetControl } from "../fleet/control.ts";
import { createFleet } from "../fleet/fleet.ts";
import { apiPrefix, httpApiService, routesOf } from "../http-api/service.ts";
import { startSchedules } from "../schedules/schedules.ts";
import { startReceiving } from "../smtp/receiving.ts";
import { settableVerdicts } from "../smtp/verdicts.ts";
import { ssmService } from "../ssm/service.ts";
import { takeDataFolder } from "../state/data-folder.ts";
import { startStreams } from "../streams/start.ts";
import { startTriggers, triggerArn } from "../triggers/triggers.ts";
import { checkPorts } from "./ports.ts";
import { provision } from "./provision.ts";
import { readiness, readyLine } from "./ready.ts";
import type { LocalSettings } from "./settings.ts";
import { slackParameters } from "./slack-settings.ts";

/** A running local system. */
export type LocalSystem = {
  awsUrl: string;
  /** The HTTP API, without a slash at the end. */
  apiUrl: string;
  consoleUrl: string;
  /** `HOST:PORT` where mails are taken. */
  smtp: string;
  cloud: Cloud;
  close: () => Promise<void>;
};

/**
 * Starts everything; what was started is stopped again when a later part fails.
 * @throws PortTaken, DataFolderInUse, NoDynamoDb
 */
export async function startSystem(settings: LocalSettings, log: Logger): Promise<LocalSystem> {
  const stops: (() => unknown)[] = [];
  const close = async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  try {
    return { ...(await start(settings, log, stops)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  settings: LocalSettings,
  log: Logger,
  stops: (() => unknown)[],
): Promise<Omit<LocalSystem, "close">> {
  await checkPorts([
    { port: settings.port, option: "--port" },
    { port: settings.awsPort, option: "--aws-port" },
    { port: settings.smtpPort, option: "--smtp-port" },
  ]);
  const folder = settings.data === undefined ? undefined : takeDataFolder(settings.data);
  if (folder !== undefined) stops.push(folder.release);
  const dynamo = await startDynamoDb({
    dataDir: folder?.path,
    log,
    environment: process.env,
    platform: process.platform,
    arch: process.arch,
  });
  stops.push(() => dynamo.close());

  const names = resourceNames(settings.fleet);
  const fleet = createFleet({ settings, log });
  const invoke = Promise.withResolvers<(functionArn: string, event: unknown) => Promise<unknown>>();
  const verdicts = settableVerdicts();
  const ready = readiness();
  const place = { region: localEnvironment.AWS_REGION, accountId: localAccountId };
  const parameters = slackParameters(names);
  const api = httpApiService({
    routes: routesOf((trigger) => triggerArn(place.region, place.accountId, trigger)),
    invoke: async (functionArn, event) => (await invoke.promise)(functionArn, event),
    accountId: place.accountId,
    now: realClock.now,
  });
  const cloud = await startCloud({
    port: settings.awsPort,
    ...place,
    dynamoEndpoint: dynamo.endpoint,
    invoke: async (functionArn, event) => void (await (await invoke.promise)(functionArn, event)),
    extraServices: [autoScalingService(fleet.group), ssmService(parameters, place), api],
    control: {
      ...verdicts.control,
      ...fleetControl({ ...fleet, dynamoDb: () => dynamo.processId() }),
      "GET /_local/ready": () => ready.current(),
    },
    ...(folder && { dataDir: folder.path }),
  });
  stops.push(() => cloud.close());

  const apiUrl = cloud.url + apiPrefix;
  parameters.set(names.parameters.apiUrl, { type: "String", value: apiUrl });
  const env = { ...localEnvironment, FLEET_NAME: settings.fleet, AWS_ENDPOINT_URL: cloud.url };
  const triggers = startTriggers({ env, log });
  stops.push(() => triggers.close());
  invoke.resolve(triggers.invoke);

  const clients = localClients(cloud.url);
  stops.push(clients.destroy);
  await provision(clients, names, cloud);
  const functions = {
    functionArn: (trigger: string) => triggerArn(cloud.region, cloud.accountId, trigger),
    invoke: triggers.invoke,
    log,
  };
  const streams = await startStreams({ ...functions, clients, names, dataDir: folder?.path });
  stops.push(() => streams.close());
  const { region, accountId } = cloud;
  const schedules = startSchedules({ ...functions, clock: realClock, region, accountId });
  stops.push(() => schedules.close());
  stops.push(() => fleet.close());
  fleet.start({ env, clients, metrics: cloud.metrics });

  const ageOfOldest = async (queue: string) => cloud.sqs.metrics(queue).oldestAgeMs / 1000;
  const page = await startLocalConsole({
    clients,
    names,
    port: settings.port,
    ageOfOldest,
    mailbox: cloud.mailbox,
    log,
  });
  stops.push(() => page.close());
  const smtp = await startReceiving({
    port: settings.smtpPort,
    clients,
    names,
    region,
    accountId,
    log,
    verdicts: verdicts.current,
  });
  stops.push(() => smtp.close());
  const system = { awsUrl: cloud.url, apiUrl, consoleUrl: page.url, smtp: `127.0.0.1:${smtp.port}`, cloud };
  ready.is(readyLine(settings.fleet, system));
  return system;
}
