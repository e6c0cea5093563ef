// From a message on the failure queue back to its records. The message says where in the stream they are; the stream keeps
// them for 24 hours.
import {
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ResourceNotFoundException,
  TrimmedDataAccessException,
} from "@aws-sdk/client-dynamodb-streams";
import { z } from "zod";
import { type StreamRecord, toStreamRecord } from "../../streams/stream-record.ts";

const messageSchema = z.object({
  requestContext: z.object({ condition: z.string(), approximateInvokeCount: z.number().default(0) }),
  DDBStreamBatchInfo: z.object({
    streamArn: z.string(),
    shardId: z.string(),
    startSequenceNumber: z.string().regex(/^\d+$/),
    endSequenceNumber: z.string().regex(/^\d+$/),
    batchSize: z.number().int(),
  }),
});

/** Lambda's description of the records it gave up. */
export type FailedBatch = z.infer<typeof messageSchema>;

/** Reads a message's body; undefined for a message that is not Lambda's. */
export function readFailedBatch(body: string): FailedBatch | undefined {
  try {
    return messageSchema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

/** Reads the records, in order; undefined when the stream no longer has them. */
export async function readBack(
  client: DynamoDBStreamsClient,
  { DDBStreamBatchInfo: place }: FailedBatch,
): Promise<StreamRecord[] | undefined> {
  try {
    return await readRecords(client, place);
  } catch (error) {
    if (error instanceof TrimmedDataAccessException || error instanceof ResourceNotFoundException)
      return undefined;
    throw error;
  }
}

async function readRecords(
  client: DynamoDBStreamsClient,
  place: FailedBatch["DDBStreamBatchInfo"],
): Promise<StreamRecord[]> {
  const { streamArn: StreamArn, shardId: ShardId, startSequenceNumber: SequenceNumber } = place;
  const start = { StreamArn, ShardId, SequenceNumber, ShardIteratorType: "AT_SEQUENCE_NUMBER" as const };
  const end = BigInt(place.endSequenceNumber);
  const found: StreamRecord[] = [];
  let { ShardIterator: iterator } = await client.send(new GetShardIteratorCommand(start));
  while (iterator !== undefined && found.length < place.batchSize) {
    const answer = await client.send(new GetRecordsCommand({ ShardIterator: iterator }));
    const records = (answer.Records ?? []).map((record) => toStreamRecord(record, StreamArn));
    found.push(...records.filter(({ sequenceNumber }) => BigInt(sequenceNumber) <= end));
    if (records.length === 0) break;
    iterator = answer.NextShardIterator;
  }
  return found;
}
