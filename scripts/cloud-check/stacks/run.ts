// Creates the synthesised stacks in an emulator's CloudFormation (moto), then sends a mail through its trigger and a worker
// as shipped, which find nothing but what the templates made. No pictures: moto refuses the transaction that counts them.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ListObjectsV2Command, PutBucketVersioningCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { pino } from "pino";
import * as z from "zod";
import { type ResourceNames, resourceNames } from "../../../worker/resources.ts";
import { type LocalClients, localAccountId, localClients, localEnvironment } from "../../local/identity.ts";
import { allPass, receiptNotification } from "../../local/smtp/notification.ts";
import { startTriggers, type Triggers, triggerArn } from "../../local/triggers/triggers.ts";
import { readAssembly } from "../assembly/assembly.ts";
import { createStack, type StackRow, stacksInOrder } from "./cloudformation.ts";

/** What a run needs. */
export type StacksCheckOptions = {
  /** An emulator whose account is 000000000000. */
  endpoint: string;
  assembly: string;
  fleet: string;
  onStack: (row: StackRow) => void;
  onLook: (what: string, saw: string, ok: boolean) => void;
};

const deployment = { partition: "aws", region: localEnvironment.AWS_REGION, account: localAccountId };

/** Runs all; answers whether everything the pipeline needs was made and worked. */
export async function checkStacks(options: StacksCheckOptions): Promise<boolean> {
  const { endpoint, assembly, fleet } = options;
  let fine = true;
  const look = (what: string, saw: string, ok: boolean) => {
    fine &&= ok;
    options.onLook(what, saw, ok);
  };
  const clients = localClients(endpoint);
  const suffix = `-${deployment.account}-${deployment.region}`;
  const names = resourceNames(fleet, suffix);
  const environment = {
    ...localEnvironment,
    AWS_ENDPOINT_URL: endpoint,
    FLEET_NAME: fleet,
    FLEET_BUCKET_SUFFIX: suffix,
  };
  await bootstrap(endpoint);
  for (const stack of stacksInOrder(assembly)) options.onStack(await createStack(endpoint, assembly, stack));
  await keepVersions(assembly, clients);
  await unhookStreams(endpoint);
  const triggers = startTriggers({ env: environment, log: pino({ level: "silent" }) });
  try {
    await receiveMail(clients, names, triggers);
    await work(environment, clients, names, look);
    return fine;
  } finally {
    await triggers.close();
    clients.destroy();
  }
}

/** moto would run functions in Docker at every record of a stream, and fail the writes; ours are called by this command. */
async function unhookStreams(endpoint: string): Promise<void> {
  const scope = `Credential=local/20260101/${localEnvironment.AWS_REGION}/lambda/aws4_request`;
  const headers = { authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0` };
  const path = "/2015-03-31/event-source-mappings/";
  const listed = await fetch(new URL(path, endpoint), { headers });
  const { EventSourceMappings } = mappingsSchema.parse(await listed.json());
  for (const { UUID } of EventSourceMappings)
    await fetch(new URL(path + UUID, endpoint), { method: "DELETE", headers });
}

const mappingsSchema = z.object({ EventSourceMappings: z.array(z.object({ UUID: z.string() })) });

/** What `cdk bootstrap` leaves in an account, as far as templates ask for it. */
async function bootstrap(endpoint: string): Promise<void> {
  const {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  } = localEnvironment;
  const ssm = new SSMClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
  const parameter = {
    Name: "/cdk-bootstrap/hnb659fds/version",
    Value: "30",
    Type: "String",
    Overwrite: true,
  } as const;
  await ssm.send(new PutParameterCommand(parameter));
  ssm.destroy();
}

/** moto's CloudFormation leaves a bucket's versioning out: what the template says is done by call. */
async function keepVersions(assembly: string, { s3 }: LocalClients): Promise<void> {
  for (const { type, name, properties } of readAssembly(assembly, deployment).resources) {
    if (type !== "AWS::S3::Bucket" || properties().VersioningConfiguration === undefined) continue;
    const VersioningConfiguration = { Status: "Enabled" } as const;
    await s3.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }));
  }
}

const arnOf = (trigger: string) => triggerArn(deployment.region, deployment.account, trigger);

async function receiveMail(
  { s3 }: LocalClients,
  { buckets, topics }: ResourceNames,
  triggers: Triggers,
): Promise<void> {
  const [messageId, key] = ["o3vrnil0e2ic28tr", "raw/o3vrnil0e2ic28tr"];
  const raw = [
    "From: ann@example.org",
    "To: stories@magazine.example",
    "Message-ID: <1@example.org>",
    "Subject: A story",
    "",
    "Please read.",
    "",
  ];
  await s3.send(new PutObjectCommand({ Bucket: buckets.mails, Key: key, Body: raw.join("\r\n") }));
  const envelope = {
    sender: "ann@example.org",
    recipients: ["stories@magazine.example"],
    receivedAt: Date.now(),
  };
  const topicArn = `arn:aws:sns:${deployment.region}:${deployment.account}:${topics.mails}`;
  const Message = JSON.stringify(
    receiptNotification({ messageId, bucket: buckets.mails, key, topicArn, ...envelope }, allPass),
  );
  await triggers.invoke(arnOf("mail-received"), { Records: [{ EventSource: "aws:sns", Sns: { Message } }] });
}

/** moto undoes a refused transaction by putting all tables back: side by side, what others wrote meanwhile is lost. */
const oneAtATime = { FLEET_SLOTS: "1", FLEET_PRESENCE_SECONDS: "300" };

const entry = fileURLToPath(new URL("../../../worker/main.ts", import.meta.url));

async function work(
  environment: Record<string, string>,
  { db, s3 }: LocalClients,
  names: ResourceNames,
  look: (what: string, saw: string, ok: boolean) => void,
): Promise<void> {
  const worker = spawn(process.execPath, [entry], {
    env: { PATH: process.env.PATH, ...environment, ...oneAtATime, FLEET_WAIT_SECONDS: "1" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const exit = once(worker, "exit");
  const rows = async (TableName: string) => (await db.send(new ScanCommand({ TableName }))).Items ?? [];
  const completed = async () =>
    (await rows(names.tables.jobs)).filter(({ status }) => status === "completed").length;
  const deadline = performance.now() + 90_000;
  const working = () => worker.exitCode === null && performance.now() < deadline;
  while (working() && (await completed()) < 1) await wait(500);
  const jobs = (await rows(names.tables.jobs)).map(({ kind, status }) => `${kind} ${status}`);
  look("jobs", jobs.sort().join(", "), (await completed()) === 1);
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: names.buckets.parts }));
  look("parts in their bucket", String(Contents.length), Contents.length > 0);
  const submissions = (await rows(names.tables.submissions)).filter(({ state }) => state === "unread");
  look("submissions", String(submissions.length), submissions.length === 1);
  worker.kill("SIGTERM");
  const [code] = await exit;
  look("the worker's exit after SIGTERM", String(code), code === 0);
}
