// Runs every recorded event through its trigger's bundle, under Lambda's own runtime interface client, against a local cloud.
import { statSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { pino } from "pino";
import { queueName, type ResourceNames, resourceNames } from "../../../../worker/fleet/resources.ts";
import { jobKinds } from "../../../../worker/jobs/catalog.ts";
import { emptyGroup } from "../../../local/autoscaling/empty-group.ts";
import { autoScalingService } from "../../../local/autoscaling/service.ts";
import { type Cloud, startCloud } from "../../../local/cloud/cloud.ts";
import { localAccountId, localClients, localEnvironment } from "../../../local/cloud/identity.ts";
import { startDynamoDb } from "../../../local/dynamodb/dynamodb.ts";
import { ssmService } from "../../../local/ssm/service.ts";
import { provision } from "../../../local/system/provision.ts";
import { readAssembly } from "../assembly/assembly.ts";
import { recordedEvents, webhookToken } from "./events.ts";
import {
  type FunctionBundle,
  functionsOf,
  interfaceClientIn,
  NothingToRun,
  startFunction,
} from "./function-process.ts";
import type { Recorded } from "./recorded.ts";
import type { Answer } from "./runtime-api.ts";
import { signInForCheck } from "./web-events.ts";

/** One event's outcome. `problem` says what is wrong, if anything is. */
export type LambdaRow = {
  trigger: string;
  what: string;
  milliseconds: number;
  problem?: string;
};

/** What to run, and where the rows go. */
export type LambdaCheckOptions = {
  /** The cloud assembly's folder. */
  assembly: string;
  /** Folder in which aws-lambda-ric is installed. */
  runtime: string;
  fleet: string;
  onRow: (row: LambdaRow) => void;
};

/** Runs all events. Resolves to the rows and to the bundles' sizes in bytes. */
export async function checkLambdas({ assembly, runtime, fleet, onRow }: LambdaCheckOptions) {
  const client = interfaceClientIn(runtime);
  const deployment = { partition: "aws", region: localEnvironment.AWS_REGION, account: localAccountId };
  const functions = functionsOf(readAssembly(assembly, deployment));
  const names = resourceNames(fleet, `-${deployment.account}-${deployment.region}`);
  const surroundings = await startSurroundings(names);
  try {
    const rows: LambdaRow[] = [];
    for (const [trigger, events] of Map.groupBy(recordedEvents(names), (each) => each.trigger)) {
      const bundle = functions.find(({ name }) => name === `${fleet}-${trigger}`);
      if (bundle === undefined) throw new NothingToRun(`the assembly has no function ${fleet}-${trigger}`);
      for await (const row of runEvents(bundle, events, { client, fleet, ...surroundings })) {
        rows.push(row);
        onRow(row);
      }
    }
    const sizes = functions.map(({ name, folder }) => ({
      name,
      bytes: statSync(join(folder, "index.js")).size,
    }));
    return { rows, sizes };
  } finally {
    await surroundings.close();
  }
}

/** The cloud around triggers. */
export type Surroundings = { cloud: Cloud; environment: Record<string, string>; close: () => Promise<void> };

/** A local cloud with everything that a trigger reaches, and the environment in which it finds it. */
export async function startSurroundings(names: ResourceNames): Promise<Surroundings> {
  const { env, platform, arch } = process;
  const place = { region: localEnvironment.AWS_REGION, accountId: localAccountId };
  const parameters = new Map([
    [names.parameters.slackWebhookTokens, { type: "SecureString" as const, value: webhookToken }],
  ]);
  const log = pino({ level: "silent" });
  const database = await startDynamoDb({ environment: env, platform, arch, log });
  const cloud = await startCloud({
    port: 0,
    ...place,
    dynamoEndpoint: database.endpoint,
    invoke: async () => undefined,
    extraServices: [ssmService(parameters, place), autoScalingService(emptyGroup(`${names.fleet}-workers`))],
  });
  const clients = localClients(cloud.url);
  await provision(clients, names, cloud);
  await signInForCheck(clients.db, names);
  return {
    cloud,
    environment: { ...localEnvironment, AWS_ENDPOINT_URL: cloud.url, PATH: process.env.PATH ?? "" },
    close: async () => {
      clients.destroy();
      await cloud.close();
      await database.close();
    },
  };
}

async function* runEvents(
  bundle: FunctionBundle,
  events: readonly Recorded[],
  { client, fleet, cloud, environment }: Surroundings & { client: string; fleet: string },
): AsyncIterable<LambdaRow> {
  const running = await startFunction(bundle, client, environment);
  const visible = () =>
    Object.fromEntries(jobKinds.map((kind) => [kind, cloud.sqs.metrics(queueName(fleet, kind)).visible]));
  try {
    for (const { trigger, what, event, answers, says, arrives = {} } of events) {
      const before = visible();
      const started = performance.now();
      const answer = await running.invoke(event);
      const milliseconds = Math.round(performance.now() - started);
      const after = visible();
      const arrived = Object.fromEntries(
        jobKinds
          .map((kind) => [kind, (after[kind] ?? 0) - (before[kind] ?? 0)] as const)
          .filter(([, count]) => count !== 0),
      );
      const problem = problemOf(answer, answers, arrived, arrives) ?? unsaid(answer, says);
      yield { trigger, what, milliseconds, ...(problem !== undefined && { problem }) };
    }
  } finally {
    await running.close();
  }
}

/** What the body does not say, of an answer that is right otherwise. */
function unsaid(answer: Answer, says: RegExp | undefined): string | undefined {
  if (says === undefined || answer.ended === "error") return undefined;
  const { body = "", isBase64Encoded } = Object(answer.value) as { body?: string; isBase64Encoded?: boolean };
  const text = isBase64Encoded ? Buffer.from(body, "base64").toString() : body;
  return says.test(text) ? undefined : `answered ${text.slice(0, 200)}, expected ${String(says)}`;
}

function problemOf(
  answer: Answer,
  wanted: Recorded["answers"],
  arrived: Record<string, number>,
  arrives: Readonly<Record<string, number>>,
): string | undefined {
  const fails = "fails" in wanted ? wanted.fails : undefined;
  if (answer.ended === "error")
    return answer.type === fails ? undefined : `failed with ${answer.type}: ${answer.message}`;
  if (fails !== undefined)
    return `answered ${JSON.stringify(answer.value)}, but must fail with ${String(fails)}`;
  const value = Object(answer.value) as Record<string, unknown>;
  for (const [field, expected] of Object.entries(wanted))
    if (!isDeepStrictEqual(value[field], expected))
      return `answered ${JSON.stringify(answer.value)}, expected ${field} ${JSON.stringify(expected)}`;
  return isDeepStrictEqual(arrived, { ...arrives })
    ? undefined
    : `enqueued ${JSON.stringify(arrived)}, expected ${JSON.stringify(arrives)}`;
}
