// The command behind `npm run provision`: reads settings from the environment and creates every resource of the catalog.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { z } from "zod";
import { reaching } from "../../worker/fleet/endpoint-problem.ts";
import { InvalidSettings } from "../../worker/fleet/errors.ts";
import { resourceNames } from "../../worker/fleet/resources.ts";
import { tableDefinitions } from "../../worker/fleet/tables.ts";
import { catalog } from "../../worker/jobs/catalog.ts";
import { createCommand, exitCodes, readCommand, runCommand } from "../../worker/process/command.ts";
import { createQueues } from "./queues.ts";
import { createTables } from "./tables.ts";
import { createTopics, subscribeKinds } from "./topics.ts";
import { createBuckets } from "./uploads.ts";

const url = z.url("takes a URL, e.g. http://127.0.0.1:9324").optional();

/** What to create besides queues and tables. */
type Parts = { buckets: boolean; topics: boolean };

const environment = z
  .object({
    FLEET_NAME: z.string().min(1).default("fifo-fleet"),
    AWS_REGION: z.string({ error: "is missing, e.g. eu-west-1" }),
    AWS_ENDPOINT_URL: url,
    AWS_ENDPOINT_URL_SQS: url,
    AWS_ENDPOINT_URL_DYNAMODB: url,
    AWS_ENDPOINT_URL_S3: url,
    AWS_ENDPOINT_URL_SNS: url,
  })
  .refine((env) => env.AWS_ENDPOINT_URL ?? (env.AWS_ENDPOINT_URL_SQS && env.AWS_ENDPOINT_URL_DYNAMODB), {
    path: ["AWS_ENDPOINT_URL"],
    error: "is missing (or one of each: _SQS, _DYNAMODB); on AWS itself the fleet is created by cdk deploy",
  });

/** Runs the command and returns its exit code. */
export async function runProvision(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  return runCommand("provision", async () => {
    const command = createCommand("provision")
      .description("Creates the fleet's queues, tables, buckets and topics at AWS_ENDPOINT_URL*.")
      .option("--no-buckets", "create no buckets: the endpoint has no S3")
      .option("--no-topics", "create no topics: the endpoint has no SNS");
    const options = readCommand(command, args, env).opts<Parts>();
    await provision(settingsOf(env, options), options);
    return exitCodes.done;
  });
}

/** @throws InvalidSettings; nothing may be created on AWS itself because an endpoint was forgotten */
function settingsOf(env: NodeJS.ProcessEnv, { buckets, topics }: Parts): z.infer<typeof environment> {
  const parsed = environment.safeParse(env);
  if (!parsed.success)
    throw new InvalidSettings(
      parsed.error.issues.map(({ path, message }) => `${path.map(String).join(".")} ${message}`),
    );
  const { AWS_ENDPOINT_URL: everywhere, AWS_ENDPOINT_URL_S3: s3, AWS_ENDPOINT_URL_SNS: sns } = parsed.data;
  const missing = [
    ...(buckets && !(everywhere ?? s3)
      ? ["AWS_ENDPOINT_URL_S3 is missing; without S3 use --no-buckets"]
      : []),
    ...(topics && !(everywhere ?? sns)
      ? ["AWS_ENDPOINT_URL_SNS is missing; without SNS use --no-topics"]
      : []),
  ];
  if (missing.length > 0) throw new InvalidSettings(missing);
  return parsed.data;
}

async function provision(settings: z.infer<typeof environment>, { buckets, topics }: Parts): Promise<void> {
  const { FLEET_NAME: fleet, AWS_REGION: region } = settings;
  const at = (service: "SQS" | "DYNAMODB" | "S3" | "SNS") =>
    settings[`AWS_ENDPOINT_URL_${service}`] ?? settings.AWS_ENDPOINT_URL ?? "AWS";
  const names = resourceNames(fleet);
  const sqs = new SQSClient({ region, useQueueUrlAsEndpoint: false });
  await reaching(at("SQS"), async () => {
    for (const job of Object.values(catalog)) await createQueues(sqs, fleet, job);
  });
  console.log(`queues: ${Object.keys(catalog).join(", ")}, each with its dead-letter queue`);
  const db = new DynamoDBClient({ region });
  await reaching(at("DYNAMODB"), () => createTables(db, tableDefinitions(names)));
  console.log(`tables: ${Object.values(names.tables).join(", ")}`);
  if (buckets) {
    const s3 = new S3Client({ region, forcePathStyle: true });
    await reaching(at("S3"), () => createBuckets(s3, names));
    console.log(`buckets: ${Object.values(names.buckets).join(", ")}`);
  }
  if (topics) {
    const sns = new SNSClient({ region });
    await reaching(at("SNS"), async () =>
      subscribeKinds({ sns, sqs }, fleet, await createTopics(sns, names)),
    );
    console.log(`topics: ${Object.values(names.topics).join(", ")}`);
  }
}
