// Everything the cloud stacks would create, created in the local cloud: queues, tables, buckets, the way of an upload.
import { catalog } from "../../worker/jobs/catalog.ts";
import type { ResourceNames } from "../../worker/resources.ts";
import { createQueues } from "../provision/queues.ts";
import { allowUploadsFrom, connectUploads, createBuckets } from "../provision/uploads.ts";
import type { Cloud } from "./cloud.ts";
import { createTables, tableDefinitions } from "./dynamodb/tables.ts";
import type { LocalClients } from "./identity.ts";
import { triggerArn } from "./triggers/triggers.ts";

/** Creates what is missing; repeating it changes nothing. */
export async function provision(
  clients: LocalClients,
  names: ResourceNames,
  { region, accountId }: Pick<Cloud, "region" | "accountId">,
): Promise<void> {
  await Promise.all([
    createTables(clients.dynamo, tableDefinitions(names)),
    ...Object.values(catalog).map((job) => createQueues(clients.sqs, names.fleet, job)),
    createBuckets(clients.s3, names),
  ]);
  await allowUploadsFrom(clients.s3, names, ["*"]);
  await connectUploads(clients, names, triggerArn(region, accountId, "image-uploaded"));
}
