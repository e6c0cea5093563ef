// A fleet without workers for the redrive: DynamoDB and the local cloud with one kind's queues, on free ports.
import { pino } from "pino";
import { resourceNames } from "../../../worker/fleet/resources.ts";
import { tableDefinitions } from "../../../worker/fleet/tables.ts";
import { startCloud } from "../../local/cloud/cloud.ts";
import { localClients } from "../../local/cloud/identity.ts";
import { startDynamoDb } from "../../local/dynamodb/dynamodb.ts";
import { createQueues } from "../../provision/queues.ts";
import { createTables } from "../../provision/tables.ts";
import { redriven } from "./job.ts";

/** Starts it. The caller closes it. */
export async function startWorld() {
  const { env, platform, arch } = process;
  const log = pino({ level: "warn" }, pino.destination(2));
  const database = await startDynamoDb({ environment: env, platform, arch, log });
  const cloud = await startCloud({ port: 0, region: "eu-west-1", dynamoEndpoint: database.endpoint });
  const { sqs, db, dynamo, ...others } = localClients(cloud.url);
  const names = resourceNames("redrive-load");
  await createTables(
    dynamo,
    tableDefinitions(names).filter(({ name }) => name === names.tables.jobs),
  );
  await createQueues(sqs, names.fleet, redriven);
  return {
    ...{ sqs, db, names },
    close: async () => {
      others.destroy();
      await cloud.close();
      await database.close();
    },
  };
}

export type World = Awaited<ReturnType<typeof startWorld>>;
