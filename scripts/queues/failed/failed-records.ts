// Reads the failure queue of record-changed once: every record with its reason, and a replay where one is asked for.
import type { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { z } from "zod";
import { failedRecordsQueueName, type ResourceNames } from "../../../worker/fleet/resources.ts";
import type { StreamRecord } from "../../streams/stream-record.ts";
import { remove, returnMessages, type Taken, takeAll, urlOf } from "../messages/take.ts";
import { type FailedBatch, readBack, readFailedBatch } from "./read-back.ts";
import { reasonOf } from "./reason.ts";

export type Clients = { sqs: SQSClient; streams: DynamoDBStreamsClient };

/** A record on the failure queue. */
export type FailedRecord = {
  /** Name of the table; `?` where the stream no longer has the record. */
  table: string;
  event: string;
  keys: unknown;
  sequenceNumber: string;
  /** Why Lambda gave up the record. */
  condition: string;
  /**
   * unreadable: fails the same way every time; passing: the reason has passed, so it can be replayed; replayed: it was
   * replayed now; gone: the stream no longer has it; rebuilt: what follows from it was found in the tables now; cleared: it
   * was deleted now.
   */
  state: "unreadable" | "passing" | "replayed" | "gone" | "rebuilt" | "cleared";
  reason: string | null;
};

/** What to do with the records besides listing them. */
export type RecordAction = {
  /** The trigger's handler. */
  replay?: (event: unknown) => Promise<unknown>;
  /** Enqueues what the tables say is due, for records that the stream keeps no longer. */
  rebuild?: (table: string) => Promise<void>;
  /** Delete every record that was listed. */
  clear?: boolean;
};

/** Messages stay hidden from other readers for this long. */
const hiddenSeconds = 120;

const recordSchema = z.object({
  eventName: z.string(),
  eventSourceARN: z.string(),
  dynamodb: z.object({ Keys: z.unknown() }),
});

/** Reads every message once. A message whose records were all replayed, rebuilt or cleared is deleted; all others are returned. */
export async function readFailedRecords(
  { sqs, streams }: Clients,
  names: ResourceNames,
  action: RecordAction = {},
): Promise<FailedRecord[]> {
  const queueUrl = await urlOf(sqs, failedRecordsQueueName(names.fleet, "record-changed"));
  const from = { sqs, queueUrl };
  const found: FailedRecord[] = [];
  const held: Taken[] = [];
  try {
    for await (const messages of takeAll(from, hiddenSeconds)) {
      held.push(...messages);
      for (const message of messages) {
        const { records, done } = await readMessage(streams, names, message, action);
        found.push(...records);
        if (!done) continue;
        await remove(from, message);
        held.splice(held.indexOf(message), 1);
      }
    }
    return found;
  } finally {
    await returnMessages(from, held);
  }
}

const doneStates: readonly FailedRecord["state"][] = ["replayed", "rebuilt", "cleared"];

async function readMessage(
  streams: DynamoDBStreamsClient,
  { tables }: ResourceNames,
  { body }: Taken,
  action: RecordAction,
): Promise<{ records: FailedRecord[]; done: boolean }> {
  const batch = readFailedBatch(body);
  if (batch === undefined) return { records: [], done: action.clear ?? false };
  const back = await readBack(streams, batch);
  const records: FailedRecord[] = [];
  if (back === undefined || back.length === 0) records.push(await judgeGone(batch, action));
  else
    for (const record of back)
      records.push(await judge(record, tables, batch.requestContext.condition, action));
  return { records, done: records.every(({ state }) => doneStates.includes(state)) };
}

/** The table's name is in its stream's ARN (Lambda developer guide, DynamoDB event). */
const tableIn = (streamArn: string): string => /:table\/([^/]+)/.exec(streamArn)?.[1] ?? "?";

async function judgeGone(
  { requestContext: { condition }, DDBStreamBatchInfo: place }: FailedBatch,
  { clear, rebuild }: RecordAction,
): Promise<FailedRecord> {
  const table = tableIn(place.streamArn);
  const about = { table, event: "?", keys: null, sequenceNumber: place.startSequenceNumber, condition };
  const reason = "the stream keeps it no longer";
  if (clear) return { ...about, state: "cleared", reason };
  if (rebuild === undefined) return { ...about, state: "gone", reason };
  await rebuild(table);
  return { ...about, state: "rebuilt", reason };
}

async function judge(
  { sequenceNumber, lambdaRecord }: StreamRecord,
  tables: ResourceNames["tables"],
  condition: string,
  { clear, replay }: RecordAction,
): Promise<FailedRecord> {
  const { eventName, eventSourceARN, dynamodb } = recordSchema.parse(lambdaRecord);
  const table = tableIn(eventSourceARN);
  const about = { table, event: eventName, keys: dynamodb.Keys, sequenceNumber, condition };
  const reason = reasonOf(lambdaRecord, tables);
  if (clear) return { ...about, state: "cleared", reason: reason ?? null };
  if (reason !== undefined) return { ...about, state: "unreadable", reason };
  if (replay === undefined) return { ...about, state: "passing", reason: null };
  await replay({ Records: [lambdaRecord] });
  return { ...about, state: "replayed", reason: null };
}
