// How far each shard has been processed. With a data folder it is in a file, so that a restart continues there.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** A shard of a stream. */
export type ShardName = { streamArn: string; shardId: string };

/** The last processed sequence number of a shard, or that the whole shard is processed. */
export type Checkpoint = { after: string } | { ended: true };

export type Checkpoints = {
  of: (shard: ShardName) => Checkpoint | undefined;
  set: (shard: ShardName, checkpoint: Checkpoint) => void;
};

const fileSchema = z.record(
  z.string(),
  z.union([z.object({ after: z.string() }), z.object({ ended: z.literal(true) })]),
);

const keyOf = ({ streamArn, shardId }: ShardName) => `${streamArn}/${shardId}`;

/** Checkpoints in `dataDir/streams.json`, or in memory without a folder. An unreadable file counts as missing. */
export function openCheckpoints(dataDir?: string): Checkpoints {
  const file = dataDir === undefined ? undefined : join(dataDir, "streams.json");
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true });
  const known = new Map(Object.entries(file === undefined ? {} : readFile(file)));
  return {
    of: (shard) => known.get(keyOf(shard)),
    set: (shard, checkpoint) => {
      known.set(keyOf(shard), checkpoint);
      if (file === undefined) return;
      writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(known)));
      renameSync(`${file}.new`, file);
    },
  };
}

/** Starting over is harmless: records that are enqueued again become the same jobs. */
function readFile(file: string): z.infer<typeof fileSchema> {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return {};
  }
}
