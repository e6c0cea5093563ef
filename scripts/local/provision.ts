// Everything the cloud stacks would create, created in the local cloud: queues, tables, buckets, the ways of their events.
import { type EventSource, eventSources, triggersWithFailures } from "../../triggers/event-sources.ts";
import { bucketNames, bucketShapes } from "../../worker/buckets.ts";
import { catalog } from "../../worker/jobs/catalog.ts";
import type { JobDefinition } from "../../worker/jobs/define-job.ts";
import type { ResourceNames } from "../../worker/resources.ts";
import { tableDefinitions } from "../../worker/tables.ts";
import { topicNames, topicShapes } from "../../worker/topics.ts";
import { createFailedRecordsQueue, createQueues } from "../provision/queues.ts";
import { createTopic, subscribeQueue, subscribeTrigger } from "../provision/topics.ts";
import { allowUploadsFrom, announceEvents, createBuckets } from "../provision/uploads.ts";
import type { Cloud } from "./cloud.ts";
import { createTables } from "./dynamodb/tables.ts";
import type { LocalClients } from "./identity.ts";
import { triggerArn } from "./triggers/triggers.ts";

/** Creates what is missing; repeating it changes nothing. */
export async function provision(
  clients: LocalClients,
  names: ResourceNames,
  { region, accountId }: Pick<Cloud, "region" | "accountId">,
): Promise<void> {
  const sources = Object.entries<EventSource>(eventSources);
  const [topicArns] = await Promise.all([
    createTopics(clients, names),
    createTables(clients.dynamo, tableDefinitions(names)),
    ...Object.values(catalog).map((job) => createQueues(clients.sqs, names.fleet, job)),
    ...triggersWithFailures.map((trigger) => createFailedRecordsQueue(clients.sqs, names.fleet, trigger)),
    createBuckets(clients.s3, names),
  ]);
  await allowUploadsFrom(clients.s3, names, ["*"]);
  for (const [trigger, source] of sources)
    if (source.from === "topic")
      await subscribeTrigger(clients.sns, topicArns[source.topic], triggerArn(region, accountId, trigger));
  for (const { kind, subscription } of Object.values<Pick<JobDefinition, "kind" | "subscription">>(catalog))
    if (subscription)
      await subscribeQueue(clients, names.fleet, kind, {
        ...subscription,
        topicArn: topicArns[subscription.topic],
      });
  for (const bucket of bucketNames) {
    const { announces } = bucketShapes[bucket];
    if (announces)
      await announceEvents(clients.s3, {
        bucket: names.buckets[bucket],
        topicArn: topicArns[announces.topic],
        events: [...announces.events],
      });
  }
}

/** Creates the topics and answers their ARNs. */
async function createTopics(
  { sns }: Pick<LocalClients, "sns">,
  { topics }: ResourceNames,
): Promise<Record<keyof ResourceNames["topics"], string>> {
  const arns: Partial<Record<keyof ResourceNames["topics"], string>> = {};
  for (const topic of topicNames) arns[topic] = await createTopic(sns, topics[topic], topicShapes[topic]);
  return arns as Record<keyof ResourceNames["topics"], string>;
}
