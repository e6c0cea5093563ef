// Lambda's poller on a laptop: reads the streams of tables and invokes a function with their records, each shard in order
// and a child shard after its parent. Several pollers of one stream are harmless: each delivers everything.
import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  type Shard,
} from "@aws-sdk/client-dynamodb-streams";
import type { Logger } from "pino";
import type { StreamSource } from "../../../triggers/catalog/event-sources.ts";
import type { Clock } from "../../../worker/fleet/clock.ts";
import type { Checkpoints, ShardName } from "./checkpoints.ts";
import { type DeliverOptions, deliverBatch } from "./deliver-batch.ts";
import { failureMessage } from "./failure-message.ts";
import { readShard } from "./shard-reader.ts";

export type StreamPollerOptions = {
  client: DynamoDBStreamsClient;
  streamArns: readonly string[];
  source: StreamSource;
  functionArn: string;
  invoke: (functionArn: string, event: unknown) => Promise<unknown>;
  /** Sends a message to the on-failure destination. */
  sendFailure: (message: Record<string, unknown>) => Promise<unknown>;
  checkpoints: Checkpoints;
  clock: Clock;
  log: Logger;
  /** The pause after a read without records. Lambda reads four times a second. */
  everyMs?: number;
  pauseMs?: DeliverOptions["pauseMs"];
};

/** The pause between two searches for new shards, and before a failed read or delivery is repeated. */
const shardsEveryMs = 5000;
const againMs = 1000;

/** A running poller. */
export type StreamPoller = { close: () => Promise<void> };

/** Starts polling. `close` waits for running invocations. */
export function startStreamPoller(options: StreamPollerOptions): StreamPoller {
  const end = new AbortController();
  const streams = options.streamArns.map((streamArn) => pollStream(options, streamArn, end.signal));
  return {
    close: async () => {
      end.abort(new Error("the poller was closed"));
      await Promise.all(streams);
    },
  };
}

async function pollStream(
  options: StreamPollerOptions,
  streamArn: string,
  signal: AbortSignal,
): Promise<void> {
  const { clock, log, checkpoints } = options;
  const running = new Map<string, Promise<void>>();
  while (!signal.aborted) {
    const shards = await listShards(options.client, streamArn).catch((error: unknown) => {
      if (!signal.aborted) log.warn({ err: error, streamArn }, "cannot describe the stream");
      return [];
    });
    for (const { ShardId: shardId = "", ParentShardId } of shards) {
      const parent = shards.find((shard) => shard.ShardId === ParentShardId);
      if (running.has(shardId) || isEnded(checkpoints, { streamArn, shardId })) continue;
      if (parent && !isEnded(checkpoints, { streamArn, shardId: parent.ShardId ?? "" })) continue;
      running.set(shardId, pollShard(options, { streamArn, shardId }, signal));
    }
    await clock.sleep(shardsEveryMs, signal);
  }
  await Promise.all(running.values());
}

function isEnded(checkpoints: Checkpoints, shard: ShardName): boolean {
  const checkpoint = checkpoints.of(shard);
  return checkpoint !== undefined && "ended" in checkpoint;
}

async function listShards(client: DynamoDBStreamsClient, streamArn: string): Promise<Shard[]> {
  const shards: Shard[] = [];
  let from: string | undefined;
  do {
    const describe = new DescribeStreamCommand({
      StreamArn: streamArn,
      ...(from && { ExclusiveStartShardId: from }),
    });
    const { StreamDescription } = await client.send(describe);
    shards.push(...(StreamDescription?.Shards ?? []));
    from = StreamDescription?.LastEvaluatedShardId;
  } while (from !== undefined);
  return shards;
}

async function pollShard(options: StreamPollerOptions, shard: ShardName, signal: AbortSignal): Promise<void> {
  const { client, checkpoints, source, clock, log, everyMs = 250 } = options;
  const checkpoint = checkpoints.of(shard);
  let after = checkpoint && "after" in checkpoint ? checkpoint.after : undefined;
  const reader = readShard(client, shard, after);
  const settled = (sequenceNumber: string) => {
    after = sequenceNumber;
    checkpoints.set(shard, { after });
  };
  while (!signal.aborted) {
    try {
      const { records, ended } = await reader.read(source.batchSize);
      await deliverBatch(deliverOptions(options, shard, settled, signal), records);
      if (ended) return checkpoints.set(shard, { ended: true });
      if (records.length === 0) await clock.sleep(everyMs, signal);
    } catch (error) {
      if (signal.aborted) return;
      log.warn({ err: error, shard: shard.shardId }, "cannot read or deliver the shard, trying again");
      reader.seek(after);
      await clock.sleep(againMs, signal);
    }
  }
}

function deliverOptions(
  options: StreamPollerOptions,
  shard: ShardName,
  settled: (sequenceNumber: string) => void,
  signal: AbortSignal,
): DeliverOptions {
  const { source, functionArn, invoke, sendFailure, clock, log } = options;
  return {
    source,
    invoke: (event) => invoke(functionArn, event),
    discard: async (discarded) => {
      const { reason, records } = discarded;
      log.error({ reason, records: records.length, shard: shard.shardId }, "stream records discarded");
      await sendFailure(failureMessage(discarded, { ...shard, functionArn }, clock.now()));
    },
    settled: ({ sequenceNumber }) => settled(sequenceNumber),
    clock,
    signal,
    pauseMs: options.pauseMs ?? { first: 200, longest: 5000 },
  };
}
