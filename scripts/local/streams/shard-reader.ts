// Reads the records of one shard in order. Copes with expired iterators and trimmed records. Knows nothing about
// functions.
import {
  type DynamoDBStreamsClient,
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  TrimmedDataAccessException,
} from "@aws-sdk/client-dynamodb-streams";
import { type StreamRecord, toStreamRecord } from "../../streams/stream-record.ts";
import type { ShardName } from "./checkpoints.ts";

/** The result of one read. `ended` means that the shard is closed and completely read. */
export type ShardRead = { records: StreamRecord[]; ended: boolean };

export type ShardReader = {
  /** The next records, at most `limit`; none when there are no new ones. */
  read: (limit: number) => Promise<ShardRead>;
  /** Continues after the record with `sequenceNumber`, or from the beginning. */
  seek: (after: string | undefined) => void;
};

/** A reader that starts after the record `after`, or at the oldest record. */
export function readShard(client: DynamoDBStreamsClient, shard: ShardName, start?: string): ShardReader {
  let after = start;
  let iterator: string | undefined;
  const open = async (): Promise<string | undefined> => {
    const { streamArn: StreamArn, shardId: ShardId } = shard;
    const place =
      after === undefined
        ? ({ ShardIteratorType: "TRIM_HORIZON" } as const)
        : ({ ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber: after } as const);
    const get = new GetShardIteratorCommand({ StreamArn, ShardId, ...place });
    return (await client.send(get)).ShardIterator;
  };
  const readOnce = async (limit: number): Promise<ShardRead> => {
    iterator ??= await open();
    const answer = await client.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: limit }));
    const records = (answer.Records ?? []).map((record) => toStreamRecord(record, shard.streamArn));
    iterator = answer.NextShardIterator;
    after = records.at(-1)?.sequenceNumber ?? after;
    return { records, ended: iterator === undefined };
  };
  return {
    seek: (place) => {
      after = place;
      iterator = undefined;
    },
    read: async (limit) => {
      try {
        return await readOnce(limit);
      } catch (error) {
        iterator = undefined;
        if (error instanceof TrimmedDataAccessException) after = undefined;
        else if (!(error instanceof ExpiredIteratorException)) throw error;
        return { records: [], ended: false };
      }
    },
  };
}
