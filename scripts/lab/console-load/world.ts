// A fleet without workers for the console to show: DynamoDB and the local cloud, provisioned, on free ports.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { pino } from "pino";
import { resourceNames } from "../../../worker/fleet/resources.ts";
import { tableDefinitions } from "../../../worker/fleet/tables.ts";
import { catalog, jobKinds } from "../../../worker/jobs/catalog.ts";
import { createConsole } from "../../console/app.ts";
import { createPresigner } from "../../console/results/presign.ts";
import { serveConsole } from "../../console/serve.ts";
import { startCloud } from "../../local/cloud/cloud.ts";
import { localClients } from "../../local/cloud/identity.ts";
import { startDynamoDb } from "../../local/dynamodb/dynamodb.ts";
import { createQueues } from "../../provision/queues.ts";
import { createTables } from "../../provision/tables.ts";
import { createBuckets } from "../../provision/uploads.ts";
import type { Jobs } from "../../queues/subcommand.ts";

/** The fleet's name. */
const fleet = "console-load";

/** Starts it. The caller closes it. */
export async function startWorld(port: number) {
  const { env, platform, arch } = process;
  const log = pino({ level: "warn" }, pino.destination(2));
  const database = await startDynamoDb({ environment: env, platform, arch, log });
  const cloud = await startCloud({ port: 0, region: "eu-west-1", dynamoEndpoint: database.endpoint });
  const clients = localClients(cloud.url);
  const names = resourceNames(fleet);
  await createTables(clients.dynamo, tableDefinitions(names));
  for (const job of Object.values(catalog)) await createQueues(clients.sqs, fleet, job);
  await createBuckets(clients.s3, names);
  // Straight to the database: the cloud in between would only slow the filling.
  const { region, credentials } = {
    region: "eu-west-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  };
  const direct = new DynamoDBClient({ endpoint: database.endpoint, region, credentials });
  const app = createConsole({
    ...{
      clients,
      names,
      kinds: jobKinds,
      where: cloud.url,
      readOnly: false,
      takesUploads: false,
      periodSeconds: 10,
      acting: { jobs: catalog as unknown as Jobs, by: "console-load", now: Date.now },
    },
    presign: await createPresigner(clients.s3, names),
    onError: (error) => log.warn({ err: error }, "console request failed"),
  });
  const served = await serveConsole(app, port);
  return {
    url: served.url,
    names,
    db: DynamoDBDocumentClient.from(direct),
    close: async () => {
      await served.close();
      direct.destroy();
      clients.destroy();
      await cloud.close();
      await database.close();
    },
  };
}
