// Everything the cloud stacks would create, created in the local cloud: queues, tables, buckets, the ways of their events.
import { catalog } from "../../worker/jobs/catalog.ts";
import type { ResourceNames } from "../../worker/resources.ts";
import { createFailedRecordsQueue, createQueues } from "../provision/queues.ts";
import { allowUploadsFrom, connectBucket, connectTopic, createBuckets } from "../provision/uploads.ts";
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
    createFailedRecordsQueue(clients.sqs, names.fleet, "record-changed"),
    createBuckets(clients.s3, names),
  ]);
  await allowUploadsFrom(clients.s3, names, ["*"]);
  const { buckets, topics } = names;
  await connectBucket(clients, {
    bucket: buckets.uploads,
    topic: topics.uploads,
    events: ["s3:ObjectCreated:*"],
    triggerArn: triggerArn(region, accountId, "image-uploaded"),
  });
  await connectBucket(clients, {
    bucket: buckets.results,
    topic: topics.results,
    events: ["s3:ObjectRemoved:*"],
    triggerArn: triggerArn(region, accountId, "picture-removed"),
  });
  // SES publishes to this topic itself: it knows more of a mail than its bucket does.
  await connectTopic(clients.sns, topics.mails, triggerArn(region, accountId, "mail-received"));
}
