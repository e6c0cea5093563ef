// The whole system on one machine, composed. Parts start in the order of what they need and stop in the opposite order.
import type { Logger } from "pino";
import type { Counted } from "../../../triggers/metrics-due.ts";
import type { Assets } from "../../../triggers/web/assets.ts";
import { type ResourceNames, resourceNames } from "../../../worker/fleet/resources.ts";
import { buildWebAssets } from "../../build/web-assets.ts";
import { readCapacity } from "../../status/capacity.ts";
import { autoScalingService } from "../autoscaling/service.ts";
import { realClock } from "../clock/clock.ts";
import { type Cloud, startCloud } from "../cloud/cloud.ts";
import { localAccountId, localClients, localEnvironment } from "../cloud/identity.ts";
import { type AwsMetricsSource, publishAwsMetrics } from "../cloudwatch/aws-metrics.ts";
import { startLocalConsole } from "../console/start.ts";
import { type LocalDynamoDb, startDynamoDb } from "../dynamodb/dynamodb.ts";
import { fleetControl } from "../fleet/control.ts";
import { createFleet, type Fleet } from "../fleet/fleet.ts";
import { type FleetPace, laptopPace } from "../fleet/pace.ts";
import { apiPrefix, httpApiService, routesOf } from "../http-api/service.ts";
import { startSchedules } from "../schedules/schedules.ts";
import { startReceiving } from "../smtp/receiving.ts";
import { settableVerdicts } from "../smtp/verdicts.ts";
import { ssmService } from "../ssm/service.ts";
import { type DataFolder, lockDataFolder } from "../state/data-folder.ts";
import { startStreams } from "../streams/start.ts";
import { startTriggers, type Triggers, triggerArn } from "../triggers/triggers.ts";
import { type LocalWeb, startLocalWeb } from "../web/start.ts";
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
  /** The people's pages, and who can sign in there. */
  webUrl: string;
  people: LocalWeb["people"];
  loadSignIn: LocalWeb["loadSignIn"];
  /** `HOST:PORT` where mails are accepted. */
  smtp: string;
  cloud: Cloud;
  /** The Auto Scaling group of the workers. */
  group: Fleet["group"];
  close: () => Promise<void>;
};

/** What all parts of the start share. `stops` grows as parts start. */
type Start = {
  settings: LocalSettings;
  log: Logger;
  stops: (() => unknown)[];
  names: ResourceNames;
  fleet: Fleet;
  pace: FleetPace;
};

type Ready = ReturnType<typeof readiness>;
type Verdicts = ReturnType<typeof settableVerdicts>;

/**
 * Starts everything. When a part fails to start, the parts before it are stopped.
 * @throws PortTaken, PortRefused, DataFolderInUse, DataFolderUnusable, NoDynamoDb, DynamoDbDidNotStart, TableDiffers
 */
export async function startSystem(
  settings: LocalSettings,
  log: Logger,
  pace: FleetPace = laptopPace(settings),
): Promise<LocalSystem> {
  const stops: (() => unknown)[] = [];
  const close = async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  const names = resourceNames(settings.fleet);
  try {
    const fleet = createFleet({ settings, log, pace });
    return { ...(await startParts({ settings, log, stops, names, fleet, pace })), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startParts(start: Start): Promise<Omit<LocalSystem, "close">> {
  const { settings } = start;
  const ready = readiness();
  const verdicts = settableVerdicts();
  // esbuild works on another core meanwhile.
  const assets = buildWebAssets();
  assets.catch(() => {});
  const { folder, dynamo } = await startStores(start);
  const { cloud, triggers, env, apiUrl } = await startServices(start, { folder, dynamo, ready, verdicts });
  const entrances = await startFleet(start, { folder, cloud, triggers, env, verdicts, assets });
  const system = { awsUrl: cloud.url, apiUrl, ...entrances, cloud, group: start.fleet.group };
  ready.is(readyLine(settings.fleet, system));
  return system;
}

async function startStores({ settings, log, stops }: Start) {
  await checkPorts([
    { port: settings.port, option: "--port" },
    { port: settings.webPort, option: "--web-port" },
    { port: settings.awsPort, option: "--aws-port" },
    { port: settings.smtpPort, option: "--smtp-port" },
  ]);
  const folder = settings.data === undefined ? undefined : lockDataFolder(settings.data);
  if (folder !== undefined) stops.push(folder.release);
  const { env: environment, platform, arch } = process;
  const given = settings.dynamoEndpoint;
  const dynamo: LocalDynamoDb = given
    ? { endpoint: given, processId: () => undefined, close: async () => undefined }
    : await startDynamoDb({ dataDir: folder?.path, log, environment, platform, arch });
  stops.push(() => dynamo.close());
  return { folder, dynamo };
}

/**
 * Applied requests that are kept for people and drills. A busy system makes about thirty a second, so the log is full, and the
 * process as large as it gets, within minutes.
 */
const keptRequests = 5000;

/** The cloud with its gateway, and the triggers it invokes. */
async function startServices(
  { settings, log, stops, names, fleet, pace }: Start,
  parts: { folder: DataFolder | undefined; dynamo: LocalDynamoDb; ready: Ready; verdicts: Verdicts },
) {
  const { folder, dynamo, ready, verdicts } = parts;
  const place = { region: localEnvironment.AWS_REGION, accountId: localAccountId };
  // The triggers need the cloud's address and the cloud invokes the triggers: the cloud waits for them.
  const started = Promise.withResolvers<Triggers>();
  const invoke = async (functionArn: string, event: unknown) =>
    (await started.promise).invoke(functionArn, event);
  const parameters = slackParameters(names);
  const routes = routesOf((trigger) => triggerArn(place.region, place.accountId, trigger));
  const api = httpApiService({ routes, invoke, accountId: place.accountId, now: realClock.now });
  const cloud = await startCloud({
    port: settings.awsPort,
    ...place,
    dynamoEndpoint: dynamo.endpoint,
    keptRequests,
    invoke: async (functionArn, event) => void (await invoke(functionArn, event)),
    extraServices: [autoScalingService(fleet.group, fleet.standIns), ssmService(parameters, place), api],
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
  const triggers = startTriggers({
    env: { ...env, ...pace.scaling },
    log,
    metrics: cloud.metrics,
  });
  stops.push(() => triggers.close());
  started.resolve(triggers);
  return { cloud, triggers, env, apiUrl };
}

/** The resources, then everything that uses them: streams, schedules, workers, console, incoming mail. */
async function startFleet(
  { settings, log, stops, names, fleet }: Start,
  parts: {
    folder: DataFolder | undefined;
    cloud: Cloud;
    triggers: Triggers;
    env: Record<string, string>;
    verdicts: Verdicts;
    assets: Promise<Assets>;
  },
) {
  const { folder, cloud, triggers, env, verdicts, assets } = parts;
  const { region, accountId, mailbox } = cloud;
  const clients = localClients(cloud.url);
  stops.push(clients.destroy);
  await provision(clients, names, cloud);
  const functionArn = (trigger: string) => triggerArn(region, accountId, trigger);
  const functions = { functionArn, invoke: triggers.invoke, log };
  const streams = await startStreams({ ...functions, clients, names, dataDir: folder?.path });
  stops.push(() => streams.close());
  const schedules = startSchedules({
    ...{ ...functions, clock: realClock, region, accountId },
    without: ["metrics-due"],
  });
  stops.push(() => schedules.close());
  stops.push(() => fleet.close());
  const count = async () => (await triggers.invoke(functionArn("metrics-due"), {})) as Counted | undefined;
  const publish = () => publishAwsMetrics(cloud.metrics, measuredIn(cloud, fleet));
  fleet.start({ env, metrics: cloud.metrics, count, publish });
  const ageOfOldest = async (queue: string) => cloud.sqs.metrics(queue).oldestAgeMs / 1000;
  const instances = () => readCapacity(clients.autoScaling, names.fleet);
  const shown = {
    clients,
    names,
    awsUrl: cloud.url,
    port: settings.port,
    ageOfOldest,
    instances,
    mailbox,
    log,
  };
  const page = await startLocalConsole(shown);
  stops.push(() => page.close());
  const web = await startLocalWeb({
    clients,
    names,
    awsUrl: cloud.url,
    port: settings.webPort,
    signInPort: settings.signInPort ?? 0,
    dataDir: folder?.path,
    log,
    assets,
    ...(settings.files && { files: settings.files }),
  });
  stops.push(() => web.close());
  const sending = { clients, names, region, accountId, log, verdicts: verdicts.current };
  const smtp = await startReceiving({ port: settings.smtpPort, ...sending });
  stops.push(() => smtp.close());
  const { url: webUrl, people, loadSignIn } = web;
  return { consoleUrl: page.url, smtp: `127.0.0.1:${smtp.port}`, webUrl, people, loadSignIn };
}

/** What SQS and Auto Scaling would publish of this cloud. */
function measuredIn({ sqs }: Cloud, { group, standIns }: Fleet): AwsMetricsSource {
  const sizeOf = (of: Fleet["group"]) => () => ({
    desired: of.desired,
    inService: of.instances.filter(({ state }) => state === "InService").length,
  });
  return {
    queueNames: () => sqs.queueNames(),
    depthOf: (queue) => sqs.metrics(queue),
    groups: { [group.options.name]: sizeOf(group), [standIns.options.name]: sizeOf(standIns) },
  };
}
