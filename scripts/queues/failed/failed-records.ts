// Reads the failure queue of record-changed once: every record with its reason, and a replay where one is asked for.
import type { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { z } from "zod";
import { failedRecordsQueueName, type ResourceNames } from "../../../worker/fleet/resources.ts";
import type { StreamRecord } from "../../streams/stream-record.ts";
import { remove, returnMessages, type Taken, takeAll, urlOf } from "../messages/take.ts";
import { readBack, readFailedBatch } from "./read-back.ts";
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
   * replayed now; gone: the stream no longer has it.
   */
  state: "unreadable" | "passing" | "replayed" | "gone";
  reason: string | null;
};

/** The trigger's handler. */
export type Replay = (event: unknown) => Promise<unknown>;

/** Messages stay hidden from other readers for this long. */
const hiddenSeconds = 120;

const recordSchema = z.object({
  eventName: z.string(),
  eventSourceARN: z.string(),
  dynamodb: z.object({ Keys: z.unknown() }),
});

/** Reads every message once. A message whose records were all replayed is deleted; all others are returned. */
export async function readFailedRecords(
  { sqs, streams }: Clients,
  names: ResourceNames,
  replay?: Replay,
): Promise<FailedRecord[]> {
  const queueUrl = await urlOf(sqs, failedRecordsQueueName(names.fleet, "record-changed"));
  const from = { sqs, queueUrl };
  const found: FailedRecord[] = [];
  const held: Taken[] = [];
  try {
    for await (const messages of takeAll(from, hiddenSeconds)) {
      held.push(...messages);
      for (const message of messages) {
        const { records, done } = await readMessage(streams, names, message, replay);
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

async function readMessage(
  streams: DynamoDBStreamsClient,
  { tables }: ResourceNames,
  { body }: Taken,
  replay: Replay | undefined,
): Promise<{ records: FailedRecord[]; done: boolean }> {
  const batch = readFailedBatch(body);
  if (batch === undefined) return { records: [], done: false };
  const { condition } = batch.requestContext;
  const back = await readBack(streams, batch);
  if (back === undefined || back.length === 0) {
    const sequenceNumber = batch.DDBStreamBatchInfo.startSequenceNumber;
    const reason = "the stream keeps it no longer";
    const gone = { table: "?", event: "?", keys: null, sequenceNumber, condition, reason };
    return { records: [{ ...gone, state: "gone" }], done: false };
  }
  const records: FailedRecord[] = [];
  for (const record of back) records.push(await judge(record, tables, condition, replay));
  return { records, done: records.every(({ state }) => state === "replayed") };
}

async function judge(
  { sequenceNumber, lambdaRecord }: StreamRecord,
  tables: ResourceNames["tables"],
  condition: string,
  replay: Replay | undefined,
): Promise<FailedRecord> {
  const { eventName, eventSourceARN, dynamodb } = recordSchema.parse(lambdaRecord);
  const table = /:table\/([^/]+)/.exec(eventSourceARN)?.[1] ?? "?";
  const about = { table, event: eventName, keys: dynamodb.Keys, sequenceNumber, condition };
  const reason = reasonOf(lambdaRecord, tables);
  if (reason !== undefined) return { ...about, state: "unreadable", reason };
  if (replay === undefined) return { ...about, state: "passing", reason: null };
  await replay({ Records: [lambdaRecord] });
  return { ...about, state: "replayed", reason: null };
}
