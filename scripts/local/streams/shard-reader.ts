// Reads the records of one shard, in order, from a place on. Iterators expire and records are trimmed; both are dealt
// with here. Knows nothing of functions.
import {
  type DynamoDBStreamsClient,
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  TrimmedDataAccessException,
} from "@aws-sdk/client-dynamodb-streams";
import { type StreamRecord, toStreamRecord } from "../../streams/stream-record.ts";
import type { ShardName } from "./checkpoints.ts";

/** What one read gave. `ended`: the shard is closed and read to its end. */
export type ShardRead = { records: StreamRecord[]; ended: boolean };

export type ShardReader = {
  /** The next records, at most `limit`; none when nothing has come since. */
  read: (limit: number) => Promise<ShardRead>;
  /** Goes back to the record after `sequenceNumber`, or to the beginning. */
  seek: (after: string | undefined) => void;
};

/** A reader from the record after `after` on, or from the oldest there is. */
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
