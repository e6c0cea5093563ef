// Goes through the failure queue of record-changed once: every record with its reason, and another try where wanted.
import type { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { z } from "zod";
import { failedRecordsQueueName, type ResourceNames } from "../../../worker/fleet/resources.ts";
import type { StreamRecord } from "../../streams/stream-record.ts";
import { readBack, readFailedBatch } from "./read-back.ts";
import { reasonOf } from "./reason.ts";

export type Clients = { sqs: SQSClient; streams: DynamoDBStreamsClient };

/** A record on the failure queue. */
export type FailedRecord = {
  /** Name of the table, `?` where the record is gone. */
  table: string;
  event: string;
  keys: unknown;
  sequenceNumber: string;
  /** Why Lambda gave it up. */
  condition: string;
  /**
   * unreadable: fails the same way every time; passing: the reason has passed, it can be replayed; replayed: it was;
   * gone: the stream keeps it no longer.
   */
  state: "unreadable" | "passing" | "replayed" | "gone";
  reason: string | null;
};

/** The trigger's handler. */
export type Replay = (event: unknown) => Promise<unknown>;

/** Messages stay hidden from a second reader for this long. */
const hideSeconds = 120;

const recordSchema = z.object({
  eventName: z.string(),
  eventSourceARN: z.string(),
  dynamodb: z.object({ Keys: z.unknown() }),
});

/**
 * Reads every message once. With `replay`, messages whose records all could be taken are deleted; all others are
 * visible again afterwards.
 */
export async function takeFailedRecords(
  clients: Clients,
  names: ResourceNames,
  replay?: Replay,
): Promise<FailedRecord[]> {
  const QueueName = failedRecordsQueueName(names.fleet, "record-changed");
  const { QueueUrl = "" } = await clients.sqs.send(new GetQueueUrlCommand({ QueueName }));
  const found: FailedRecord[] = [];
  const kept: Message[] = [];
  for (let messages = await receive(clients, QueueUrl); messages.length > 0; ) {
    for (const message of messages) {
      const { records, done } = await look(clients, names, message, replay);
      found.push(...records);
      if (!done) kept.push(message);
      else
        await clients.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
    }
    messages = await receive(clients, QueueUrl);
  }
  for (const { ReceiptHandle } of kept)
    await clients.sqs.send(
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }),
    );
  return found;
}

async function receive({ sqs }: Clients, QueueUrl: string): Promise<Message[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: hideSeconds }),
  );
  return Messages;
}

async function look(
  { streams }: Clients,
  { tables }: ResourceNames,
  { Body = "" }: Message,
  replay: Replay | undefined,
): Promise<{ records: FailedRecord[]; done: boolean }> {
  const batch = readFailedBatch(Body);
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
