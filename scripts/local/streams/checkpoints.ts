// How far each shard has been taken. Kept in a file where state is kept, so that a restart goes on where it was.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** A shard of a stream. */
export type ShardName = { streamArn: string; shardId: string };

/** The last settled sequence number of a shard, or that all of it is settled. */
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

/** Checkpoints in `dataDir/streams.json`, or in memory without a folder. A file that cannot be read counts as none. */
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

/** Starting over is harmless: whatever is enqueued again is the same job. */
function readFile(file: string): z.infer<typeof fileSchema> {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return {};
  }
}
