// The sweep of objects that no job took, on a real local S3, ledger table and queue: what it enqueues, what it leaves alone, and
// its bounds.
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { enqueueThrough } from "../../../triggers/shared/queues.ts";
import { type SweepOptions, sweepBounds, sweepUntaken } from "../../../triggers/untaken-due/sweep.ts";
import { untakenOf } from "../../../triggers/untaken-due/untaken.ts";
import { queueName, type ResourceNames } from "../../../worker/fleet/resources.ts";
import { incomingKey } from "../../../worker/jobs/files/rows/ids.ts";
import { resizeImage } from "../../../worker/jobs/pictures/resize-image/job.ts";
import { newId } from "../../support/files/file-cloud.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";

const hourMs = 60 * 60 * 1000;
let provisioned: Provisioned;
beforeAll(async () => {
  provisioned = await startProvisioned();
});
afterAll(() => provisioned.close());

let fleets = 0;

/** A fleet, and a sweep of it two hours from now. */
async function setup() {
  fleets += 1;
  const names = await provisioned.provision(`untaken-${fleets}`);
  const { sqs, db, s3, cloud } = provisioned;
  const lines: string[] = [];
  const options: SweepOptions = {
    s3,
    sqs,
    db,
    names,
    enqueue: enqueueThrough(sqs, names.fleet),
    now: () => Date.now() + 2 * hourMs,
    log: (level, message) => void lines.push(`${level}: ${message}`),
    signal: new AbortController().signal,
  };
  const waiting = async (kind: string) => {
    const received = await cloud.sqs.receive(queueName(names.fleet, kind), { max: 10 });
    return received.map(({ message }) => JSON.parse(message.body) as Job);
  };
  return { names, options, lines, waiting };
}

async function all<One>(many: AsyncIterable<One>): Promise<One[]> {
  const found: One[] = [];
  for await (const one of many) found.push(one);
  return found;
}

type Job = { jobId: string; payload: Record<string, unknown> };

const put = async (bucket: string, key: string, body = "x") => {
  const { VersionId = "" } = await provisioned.s3.send(
    new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }),
  );
  return VersionId;
};
const issue = (names: ResourceNames, bucket: string, key: string, owner: string) =>
  provisioned.db.send(
    new PutCommand({ TableName: names.tables.uploads, Item: { id: `${bucket}/${key}`, owner } }),
  );

test("an upload, a mail and a file that no job took are enqueued as their triggers would have done", async () => {
  const { names, options, waiting, lines } = await setup();
  const { uploads, mails, incoming } = names.buckets;
  const file = incomingKey(newId());
  await issue(names, incoming, file, "ada");
  const versions = {
    upload: await put(uploads, "album/a.png"),
    mail: await put(mails, "raw/abc"),
    file: await put(incoming, file, "four"),
  };
  expect(await sweepUntaken(options)).toEqual({
    "resize-image": { enqueued: 1 },
    "parse-mail": { enqueued: 1 },
    "store-file": { enqueued: 1 },
  });
  expect((await waiting("resize-image")).map(({ payload }) => payload)).toEqual([
    { bucket: uploads, key: "album/a.png", versionId: versions.upload, size: 1, sequencer: "" },
  ]);
  expect((await waiting("parse-mail")).map(({ payload }) => payload)).toEqual([
    { bucket: mails, key: "raw/abc", versionId: versions.mail },
  ]);
  expect((await waiting("store-file")).map(({ payload }) => payload)).toEqual([
    { bucket: incoming, key: file, versionId: versions.file, size: 4, owner: "ada" },
  ]);
  expect(lines).toEqual(Array(3).fill("warn: untaken object enqueued"));
});

test("what a job took, what is too young or too old, and what is no upload are left alone", async () => {
  const { names, options } = await setup();
  const { uploads, mails, incoming } = names.buckets;
  await put(uploads, "taken.png");
  await put(mails, "AMAZON_SES_SETUP_NOTIFICATION");
  await put(incoming, "elsewhere/not-an-upload");
  const [taken] = await all(untakenOf("resize-image", { ...options, olderThanSeconds: 3600 }));
  expect(taken?.key).toBe("taken.png");
  const { jobId } = await options.enqueue(resizeImage, {
    bucket: uploads,
    key: "taken.png",
    versionId: taken?.versionId ?? "",
    sequencer: "",
    size: 1,
  });
  await provisioned.db.send(new PutCommand({ TableName: names.tables.jobs, Item: { jobId } }));
  const none = { enqueued: 0 };
  const nothing = { "resize-image": none, "parse-mail": none, "store-file": none };
  expect(await sweepUntaken(options)).toEqual(nothing);
  await put(uploads, "young.png");
  await put(uploads, "old.png");
  expect(await sweepUntaken({ ...options, now: () => Date.now() + hourMs / 2 })).toEqual(nothing);
  expect(await sweepUntaken({ ...options, now: () => Date.now() + 26 * hourMs })).toEqual(nothing);
});

test("objects are looked for as long as the ledger is sure to remember their jobs: thirty days, whoever asks for more", async () => {
  const { names, options } = await setup();
  await put(names.buckets.uploads, "a.png");
  const dayMs = 24 * hourMs;
  const after = async (ms: number, youngerThanSeconds?: number) => {
    const asked = { ...options, olderThanSeconds: 3600, now: () => Date.now() + ms };
    const bounds = youngerThanSeconds === undefined ? {} : { youngerThanSeconds };
    return (await all(untakenOf("resize-image", { ...asked, ...bounds }))).length;
  };
  expect([await after(30 * dayMs - hourMs), await after(30 * dayMs + hourMs)]).toEqual([1, 0]);
  expect(await after(30 * dayMs + hourMs, 60 * 24 * 3600)).toBe(0);
});

test("a kind of which many jobs wait is left to the next sweep: they are unknown to the ledger, and not lost", async () => {
  const { names, options, lines } = await setup();
  await put(names.buckets.uploads, "a.png");
  for (let index = 0; index < 3; index += 1)
    provisioned.cloud.sqs.send(queueName(names.fleet, "resize-image"), {
      body: "{}",
      groupId: `g${index}`,
      deduplicationId: `d${index}`,
    });
  const few = { ...options, bounds: { ...sweepBounds, mostWaiting: 2 } };
  expect(await sweepUntaken(few)).toMatchObject({ "resize-image": { enqueued: 0, skipped: "jobs wait" } });
  expect(lines).toEqual(["info: not swept: jobs wait"]);
  const enough = { ...options, bounds: { ...sweepBounds, mostWaiting: 3 } };
  expect(await sweepUntaken(enough)).toMatchObject({ "resize-image": { enqueued: 1 } });
});

test("one sweep enqueues so many jobs of a kind at most, and ends when its time is over", async () => {
  const { names, options } = await setup();
  for (const key of ["a.png", "b.png", "c.png"]) await put(names.buckets.uploads, key);
  const bounded = { ...options, bounds: { ...sweepBounds, mostJobs: 2 } };
  expect(await sweepUntaken(bounded)).toMatchObject({ "resize-image": { enqueued: 2 } });
  const over = await sweepUntaken({ ...options, signal: AbortSignal.abort() });
  expect(over["resize-image"]).toEqual({ enqueued: 0, skipped: "no time was left" });
});

test("a kind that cannot be swept does not keep the others from it", async () => {
  const { names, options, waiting } = await setup();
  await put(names.buckets.uploads, "a.png");
  const broken = {
    ...options,
    names: { ...names, buckets: { ...names.buckets, mails: "no-such-bucket" } },
  };
  await expect(sweepUntaken(broken)).rejects.toThrow("1 kinds were not swept");
  expect(await waiting("resize-image")).toHaveLength(1);
});

test("every object of many pages is found once, with the ledger read a hundred ids a call", async () => {
  const { names, options } = await setup();
  const keys = Array.from({ length: 1050 }, (_, index) => `k/${String(index).padStart(4, "0")}`);
  for (let start = 0; start < keys.length; start += 50)
    await Promise.all(keys.slice(start, start + 50).map((key) => put(names.buckets.mails, key)));
  const calls = provisioned.cloud.requests.since(0).length;
  const found = await all(untakenOf("parse-mail", { ...options, olderThanSeconds: 3600 }));
  expect(found.map(({ key }) => key)).toEqual(keys);
  const made = provisioned.cloud.requests.since(0).slice(calls);
  const of = (action: string) => made.filter((entry) => entry.action === action).length;
  expect([of("ListObjectVersions"), of("BatchGetItem")]).toEqual([2, Math.ceil((3 * 1000) / 100) + 2]);
}, 60_000);
