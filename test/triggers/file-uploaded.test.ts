// The triggers of file sharing: uploads become jobs of their owners, due shards become sweeps.
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fileUploaded } from "../../triggers/file-uploaded.ts";
import { enqueueDueShards, scheduledTime } from "../../triggers/files-due/due-shards.ts";
import type { Log } from "../../triggers/shared/log.ts";
import type { Enqueue } from "../../worker/engine/enqueue/enqueue.ts";
import type { ResourceNames } from "../../worker/fleet/resources.ts";
import { shardOf } from "../../worker/jobs/files/rows/file-row.ts";
import { storeFile } from "../../worker/jobs/files/store-file/job.ts";
import { newId } from "../support/files/file-cloud.ts";
import { type Provisioned, startProvisioned } from "../support/provisioned.ts";
import { s3Event, snsEvent } from "../support/s3-event-records.ts";

let provisioned: Provisioned;
let names: ResourceNames;

beforeAll(async () => {
  provisioned = await startProvisioned();
  names = await provisioned.provision("file-triggers");
});
afterAll(() => provisioned.close());

function uploaded() {
  const sent: unknown[] = [];
  const logged: string[] = [];
  const enqueue: Enqueue = async (job, payload) => {
    sent.push({ group: job.messageGroupId(payload), ...storeFile.payload.parse(payload) });
    return { jobId: "j", messageId: "m" };
  };
  const log: Log = (level, message) => void logged.push(`${level}: ${message}`);
  const keepDropped = async () => {};
  const incomingBucket = names.buckets.incoming;
  const run = fileUploaded({
    incomingBucket,
    db: provisioned.db,
    table: names.tables.uploads,
    enqueue,
    keepDropped,
    log,
  });
  return { run, sent, logged };
}

const issue = async (key: string, owner: string) => {
  const Item = { id: `${names.buckets.incoming}/${key}`, owner };
  await provisioned.db.send(new PutCommand({ TableName: names.tables.uploads, Item }));
};

test("an upload becomes a job in the group of the person it was issued to", async () => {
  const { run, sent } = uploaded();
  await issue("incoming/one", "ada");
  const record = { bucket: names.buckets.incoming, key: "incoming/one", versionId: "v1", size: 9 };
  expect(await run(snsEvent(s3Event(record)))).toEqual({ enqueued: 1, ignored: 0, malformed: 0 });
  expect(sent).toEqual([{ group: "ada", owner: "ada", ...record }]);
});

test("an object that nobody was given leave to upload is still looked at, in a group of its own", async () => {
  const { run, sent } = uploaded();
  const record = { bucket: names.buckets.incoming, key: "incoming/ada/forged", versionId: "v1", size: 1 };
  expect(await run(s3Event(record))).toMatchObject({ enqueued: 1 });
  expect(sent).toEqual([{ group: `${record.bucket}/${record.key}`, ...record }]);
});

test("keys outside the prefix of uploads, and other buckets, are ignored and counted", async () => {
  const { run, sent, logged } = uploaded();
  const event = s3Event(
    { bucket: names.buckets.incoming, key: "files/one" },
    { bucket: names.buckets.incoming, key: "incoming" },
    { bucket: names.buckets.secure, key: "incoming/one" },
  );
  expect(await run(event)).toEqual({ enqueued: 0, ignored: 3, malformed: 0 });
  expect(sent).toEqual([]);
  expect(logged).toEqual(["warn: records ignored: foreign bucket", "warn: records ignored: foreign keys"]);
});

const due = async (at: string) => {
  const shards: string[] = [];
  const { db } = provisioned;
  const enqueueShard = async ({ shard }: { shard: string }) => shards.push(shard);
  const { enqueued } = await enqueueDueShards({ db, table: names.tables.files, at, enqueueShard });
  expect(enqueued).toBe(shards.length);
  return shards.sort();
};

test("each shard with files that are due gets one sweep, the others none", async () => {
  const ids = Array.from({ length: 6 }, newId);
  for (const [index, id] of ids.entries()) {
    const Item = { id, shard: shardOf(id), dueAt: `2026-01-01T00:00:0${index}.000Z` };
    await provisioned.db.send(new PutCommand({ TableName: names.tables.files, Item }));
  }
  expect(await due("2025-12-31T00:00:00.000Z")).toEqual([]);
  expect(await due("2026-01-01T00:00:02.000Z")).toEqual([...new Set(ids.slice(0, 3).map(shardOf))].sort());
  expect(await due("2026-01-02T00:00:00.000Z")).toEqual([...new Set(ids.map(shardOf))].sort());
});

test("a sweep has the time of its schedule, so that an event that comes twice makes the same jobs", () => {
  const now = () => Date.parse("2026-02-03T04:05:06.789Z");
  expect(scheduledTime({ time: "2026-01-01T00:00:00Z" }, now)).toBe("2026-01-01T00:00:00.000Z");
  expect(scheduledTime({}, now)).toBe("2026-02-03T04:05:06.789Z");
});
