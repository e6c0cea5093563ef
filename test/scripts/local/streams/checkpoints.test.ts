import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openCheckpoints } from "../../../../scripts/local/streams/checkpoints.ts";

const shard = { streamArn: "arn:aws:dynamodb:r:a:table/t/stream/1", shardId: "shardId-1" };
const other = { ...shard, shardId: "shardId-2" };

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "checkpoints-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

test("checkpoints survive a restart", async () => {
  const dataDir = await folder();
  const before = openCheckpoints(dataDir);
  before.set(shard, { after: "7" });
  before.set(shard, { after: "12" });
  before.set(other, { ended: true });
  const after = openCheckpoints(dataDir);
  expect([after.of(shard), after.of(other)]).toEqual([{ after: "12" }, { ended: true }]);
});

test("an unreadable file counts as missing", async () => {
  const dataDir = await folder();
  await writeFile(join(dataDir, "streams.json"), '{"half": ');
  const checkpoints = openCheckpoints(dataDir);
  expect(checkpoints.of(shard)).toBeUndefined();
  checkpoints.set(shard, { after: "1" });
  expect(openCheckpoints(dataDir).of(shard)).toEqual({ after: "1" });
});

test("without a folder checkpoints are only in memory", () => {
  const checkpoints = openCheckpoints();
  checkpoints.set(shard, { after: "1" });
  expect(checkpoints.of(shard)).toEqual({ after: "1" });
  expect(openCheckpoints().of(shard)).toBeUndefined();
});
