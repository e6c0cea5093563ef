// Creates the synthesised stacks in an emulator's CloudFormation (moto), then sends pictures and a mail through triggers, table
// streams and a worker as shipped. These find only what the templates created.
import { PutBucketVersioningCommand } from "@aws-sdk/client-s3";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { pino } from "pino";
import * as z from "zod";
import { FleetError } from "../../../../worker/fleet/errors.ts";
import { resourceNames } from "../../../../worker/fleet/resources.ts";
import {
  type LocalClients,
  localAccountId,
  localClients,
  localEnvironment,
} from "../../../local/cloud/identity.ts";
import { startStreams } from "../../../local/streams/start.ts";
import { startTriggers, type Triggers, triggerArn } from "../../../local/triggers/triggers.ts";
import { readAssembly } from "../assembly/assembly.ts";
import { createStack, type StackRow, stacksInOrder } from "./cloudformation.ts";
import { type Deployed, feed } from "./feed.ts";
import { startWorker } from "./worker-process.ts";

/** What to check, and where the results go. */
export type StacksCheckOptions = {
  /** An emulator whose account is 000000000000. */
  endpoint: string;
  assembly: string;
  fleet: string;
  onStack: (row: StackRow) => void;
  onCheck: (what: string, saw: string, ok: boolean) => void;
};

/** Nothing answers at the endpoint. */
export class NoEmulator extends FleetError {}

const deployment = { partition: "aws", region: localEnvironment.AWS_REGION, account: localAccountId };

/**
 * moto (5.2.5) runs the function of an event source mapping in Docker within every write to the table, and cancels the
 * transaction when that fails. Deleting the mapping afterwards leaves its entry in the table. Without mappings the streams
 * work as they should, and this command reads them. The functions of custom resources would be run in Docker, too.
 */
const withheld = ["AWS::Lambda::EventSourceMapping", "AWS::CloudFormation::CustomResource"];

/** Runs all checks. Resolves to whether everything the pipeline needs was created and worked. */
export async function checkStacks(options: StacksCheckOptions): Promise<boolean> {
  const { endpoint, assembly, fleet } = options;
  let fine = true;
  const check = (what: string, saw: string, ok: boolean) => {
    fine &&= ok;
    options.onCheck(what, saw, ok);
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
  await fetch(endpoint).catch((cause: unknown) => {
    throw new NoEmulator(`no emulator answers at ${endpoint} (${reasonOf(cause)})`, { cause });
  });
  await bootstrap(endpoint);
  for (const stack of stacksInOrder(assembly))
    options.onStack(await createStack(endpoint, assembly, stack, withheld));
  await enableVersioning(assembly, clients);
  const log = pino({ level: "silent" });
  const triggers = startTriggers({ env: environment, log });
  const functionArn = (trigger: string) => triggerArn(deployment.region, deployment.account, trigger);
  const { invoke } = triggers;
  const streams = await startStreams({ clients, names, functionArn, invoke: withoutBareItems(invoke), log });
  const worker = startWorker(environment);
  try {
    const deployed: Deployed = {
      clients,
      names,
      deployment,
      call: (trigger, event) => invoke(functionArn(trigger), event),
    };
    await feed(deployed, worker.runs, check);
    const code = await worker.end();
    check("the worker's exit after SIGTERM", String(code), code === 0);
    return fine;
  } finally {
    await worker.end();
    await streams.close();
    await triggers.close();
    clients.destroy();
  }
}

/** Why a fetch failed. Node hides the reason in the cause; fetch itself refuses ports such as 5060. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (!(cause instanceof Error)) return String(cause);
  return "code" in cause && cause.message === "" ? String(cause.code) : cause.message;
}

/** moto's stream reports an item created by an update twice, first with only its key. DynamoDB never does. */
function withoutBareItems(invoke: Triggers["invoke"]): Triggers["invoke"] {
  return async (functionArn, event) => {
    const { Records } = streamEventSchema.parse(event);
    const complete = Records.filter(({ eventName, dynamodb: { Keys, NewImage = {} } }) => {
      return eventName !== "INSERT" || Object.keys(NewImage).length > Object.keys(Keys).length;
    });
    return complete.length === 0 ? undefined : invoke(functionArn, { Records: complete });
  };
}

const attributes = z.record(z.string(), z.unknown());
const streamEventSchema = z.object({
  Records: z.array(
    z.looseObject({
      eventName: z.string(),
      dynamodb: z.looseObject({ Keys: attributes, NewImage: attributes.optional() }),
    }),
  ),
});

/** What `cdk bootstrap` creates in an account, as far as the templates require it. */
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

/** moto's CloudFormation ignores a bucket's versioning, so this call does what the template says. */
async function enableVersioning(assembly: string, { s3 }: LocalClients): Promise<void> {
  for (const { type, name, properties } of readAssembly(assembly, deployment).resources) {
    if (type !== "AWS::S3::Bucket" || properties().VersioningConfiguration === undefined) continue;
    const VersioningConfiguration = { Status: "Enabled" } as const;
    await s3.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }));
  }
}
