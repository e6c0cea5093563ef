// A table stream whose shards are as a test wants them: closed, split, trimmed. Answers as DynamoDB Streams does.
import { z } from "zod";
import type { LocalService, ServiceRequest } from "../../scripts/local/gateway/service.ts";

/** A shard: its records' ids in order; closed ones end, open ones can grow. */
export type ScriptedShard = { id: string; parent?: string; records: string[]; closed: boolean };

const prefix = "DynamoDBStreams_20120810.";
const bodySchema = z.object({
  ShardId: z.string().optional(),
  ShardIterator: z.string().optional(),
  ShardIteratorType: z.string().optional(),
  SequenceNumber: z.string().optional(),
  Limit: z.number().default(1000),
});

/** The service over these shards, which the test may change. Sequence numbers are a record's place, from 1. */
export function scriptedStream(shards: ScriptedShard[]): LocalService {
  const actionOf = ({ headers }: ServiceRequest) => headers["x-amz-target"]?.slice(prefix.length) ?? "";
  const answers: Record<string, (body: z.infer<typeof bodySchema>) => unknown> = {
    DescribeStream: () => ({
      StreamDescription: {
        Shards: shards.map(({ id, parent }) => ({ ShardId: id, ParentShardId: parent })),
      },
    }),
    GetShardIterator: ({ ShardId, SequenceNumber }) => ({
      ShardIterator: `${ShardId}@${SequenceNumber ?? "0"}`,
    }),
    GetRecords: ({ ShardIterator = "", Limit }) => {
      const [id, after = "0"] = ShardIterator.split("@");
      const { records = [], closed = false } = shards.find((shard) => shard.id === id) ?? {};
      const [from, to] = [Number(after), Math.min(Number(after) + Limit, records.length)];
      const found = records.slice(from, to).map((name, index) => ({
        eventName: "INSERT",
        dynamodb: {
          Keys: { id: { S: name } },
          SequenceNumber: String(from + index + 1),
          ApproximateCreationDateTime: Date.now() / 1000,
        },
      }));
      const ended = closed && to === records.length;
      return { Records: found, ...(!ended && { NextShardIterator: `${id}@${to}` }) };
    },
  };
  const json = (status: number, body: unknown) => ({
    status,
    headers: { "content-type": "application/x-amz-json-1.0" },
    body: JSON.stringify(body),
  });
  return {
    name: "scripted-stream",
    targetPrefixes: [prefix],
    actionOf,
    handle: async (request) =>
      json(200, answers[actionOf(request)]?.(bodySchema.parse(JSON.parse(request.body.toString())))),
    errorResponse: (_, { status, code, message }) => json(status, { __type: code, message }),
  };
}
