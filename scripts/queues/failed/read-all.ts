// Reads every failure queue of a fleet, and replays or clears what is in it. The operator's tool and the console do it by this code.
import type { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import {
  eventSources,
  type TriggerName,
  triggersWithFailures,
} from "../../../triggers/catalog/event-sources.ts";
import { failedRecordsQueueName, type ResourceNames } from "../../../worker/fleet/resources.ts";
import { urlOf } from "../messages/take.ts";
import { type FailedEvent, readFailedEvents } from "./failed-events.ts";
import { type FailedRecord, readFailedRecords } from "./failed-records.ts";
import { type FleetTriggers, fleetTriggers } from "./fleet-triggers.ts";

/** Where failed events are, and what they follow from. */
export type FailedSource = {
  sqs: SQSClient;
  streams: DynamoDBStreamsClient;
  db: DynamoDBDocumentClient;
  names: ResourceNames;
};

/** An event or a stream's record that a trigger could not take. */
export type Failed = FailedEvent | FailedRecord;

/** Reads all once. With `replay` what can be processed is passed to its trigger, with `clear` all is deleted. */
export async function readAllFailed(
  source: FailedSource,
  { replay, clear }: { replay: boolean; clear: boolean },
): Promise<Failed[]> {
  const triggers = replay ? await fleetTriggers(source) : undefined;
  const found: Failed[] = await readFailedRecords(source, source.names, { ...triggers?.records, clear });
  for (const name of triggersWithFailures)
    if (eventSources[name].from === "topic")
      found.push(...(await readTopicFed(source, name, { triggers, clear })));
  return found;
}

/** How many there are in each state. */
export const countsOf = (found: readonly Failed[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(found, ({ state }) => state)].map(([state, of]) => [state, of.length]));

async function readTopicFed(
  { sqs, names }: FailedSource,
  name: TriggerName,
  { triggers, clear }: { triggers: FleetTriggers | undefined; clear: boolean },
): Promise<FailedEvent[]> {
  const queueUrl = await urlOf(sqs, failedRecordsQueueName(names.fleet, name));
  const trigger = triggers?.topics.get(name);
  if (triggers !== undefined && trigger === undefined)
    throw new TypeError(`nothing replays events of the trigger ${name}`);
  return readFailedEvents({ sqs, queueUrl }, name, { trigger, clear });
}
