// Pictures deleted by people, with a real object store and real tables: which ones leave the album, and which do not.
import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { removePictureHandler } from "../../../../../worker/jobs/pictures/remove-picture/handler.ts";
import { removePicture } from "../../../../../worker/jobs/pictures/remove-picture/job.ts";
import { type PictureCloud, startPictureCloud } from "../../../../support/pictures/picture-cloud.ts";
import { stubSandbox } from "../../../../support/pictures/stub-sandbox.ts";
import { runJob } from "../../../../support/run-job.ts";

let cloud: PictureCloud;
beforeAll(async () => {
  cloud = await startPictureCloud(stubSandbox);
});
afterAll(() => cloud.close());

const good = (what = "") => Buffer.from(`good ${what}`);

/** Deletes a result like a person and returns the payload of its job. */
async function deleteResult(key: string, version?: string) {
  const bucket = cloud.names.buckets.results;
  const { VersionId = "" } = await cloud.s3.send(
    new DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId: version }),
  );
  return { bucket, key, versionId: version ?? VersionId };
}

const remove = (payload: Awaited<ReturnType<typeof deleteResult>>) =>
  runJob({ ...cloud, sandbox: stubSandbox }, removePicture, removePictureHandler(), payload);

/** The pictures that joined an album and those that left it, by place. */
async function entries(album: string) {
  const { Items = [] } = await cloud.db.send(
    new QueryCommand({
      TableName: cloud.names.tables.albumPictures,
      KeyConditionExpression: "album = :album",
      ExpressionAttributeValues: { ":album": album },
      ConsistentRead: true,
    }),
  );
  return Items.map(({ ordinal, name, leftAtRevision }) => [Number(ordinal), name, leftAtRevision ?? null]);
}

test("a picture whose result was deleted leaves its album, and its row and its album entry record it", async () => {
  const [first, second] = [await cloud.upload("one/a.png", good()), await cloud.upload("one/b.png", good())];
  await cloud.deliver(first);
  await cloud.deliver(second);
  expect(await remove(await deleteResult("one/a.png"))).toMatchObject({ outcome: "completed" });
  expect(await cloud.imageRow(first)).toMatchObject({
    state: "removed",
    removedAt: expect.stringMatching(/Z$/),
  });
  expect(await cloud.albumRow("one")).toMatchObject({ pictures: 1, peak: 2, revision: 3 });
  expect(await entries("one")).toEqual([
    [1, "a.png", 3],
    [2, "b.png", null],
  ]);
});

test("a deletion whose event comes twice, under any name, counts once", async () => {
  const upload = await cloud.upload("twice/a.png", good());
  await cloud.deliver(upload);
  const deleted = await deleteResult("twice/a.png");
  await remove(deleted);
  await remove(deleted);
  await remove({ ...deleted, versionId: "another event" });
  expect(await cloud.albumRow("twice")).toMatchObject({ pictures: 0, revision: 2 });
});

test("a deletion event that comes after the next upload's result was stored changes nothing", async () => {
  await cloud.deliver(await cloud.upload("late/a.png", good("one")));
  const deleted = await deleteResult("late/a.png");
  const again = await cloud.upload("late/a.png", good("two"));
  // The first run finds its result gone; the next one reads again.
  await cloud.deliver(again).catch(() => cloud.deliver(again));
  await remove(deleted);
  expect(await cloud.imageRow(again)).toMatchObject({ state: "ready", versionId: again.versionId });
  expect(await cloud.albumRow("late")).toMatchObject({ pictures: 1, revision: 1 });
});

test("a picture uploaded again after its removal joins again, at a new place", async () => {
  await cloud.deliver(await cloud.upload("again/a.png", good("one")));
  await remove(await deleteResult("again/a.png"));
  await cloud.deliver(await cloud.upload("again/a.png", good("two")));
  expect(await cloud.albumRow("again")).toMatchObject({ pictures: 1, peak: 1, revision: 3 });
  expect(await entries("again")).toEqual([
    [1, "a.png", 2],
    [3, "a.png", null],
  ]);
});

test("an older version that comes late does not restore a removed picture", async () => {
  const older = await cloud.upload("old/a.png", good("one"));
  await cloud.deliver(await cloud.upload("old/a.png", good("two")));
  await remove(await deleteResult("old/a.png"));
  expect(await cloud.deliver(older)).toMatchObject({ result: { superseded: true } });
  expect(await cloud.imageRow(older)).toMatchObject({ state: "removed" });
  expect(await cloud.hasResult("old/a.png")).toBe(false);
  expect(await cloud.albumRow("old")).toMatchObject({ pictures: 0 });
});

test("deleting the only version permanently counts too; deleting an old version below a new one does not", async () => {
  await cloud.deliver(await cloud.upload("versions/a.png", good("one")));
  const first = (await cloud.result("versions/a.png")).versionId ?? "";
  await cloud.deliver(await cloud.upload("versions/a.png", good("two")));
  const second = (await cloud.result("versions/a.png")).versionId ?? "";
  await remove(await deleteResult("versions/a.png", first));
  expect(await cloud.albumRow("versions")).toMatchObject({ pictures: 1 });
  await remove(await deleteResult("versions/a.png", second));
  expect(await cloud.albumRow("versions")).toMatchObject({ pictures: 0 });
});

test("an unknown or refused picture is ignored", async () => {
  await cloud.deliver(await cloud.upload("other/bad.png", Buffer.from("bad")));
  for (const key of ["other/bad.png", "other/never.png"])
    expect(await remove(await deleteResult(key))).toMatchObject({ outcome: "completed" });
  expect(await cloud.albumRow("other")).toBeUndefined();
});

test("a picture without a folder that somebody else uploads anew moves to that person's default album", async () => {
  const mine = await cloud.upload("moving.png", good("mine"));
  await cloud.deliver({ ...mine, owner: "alice" });
  const theirs = await cloud.upload("moving.png", good("theirs"));
  await cloud.deliver({ ...theirs, owner: "bob" });
  expect(await cloud.albumRow("/alice")).toMatchObject({ pictures: 0, revision: 2 });
  expect(await cloud.albumRow("/bob")).toMatchObject({ pictures: 1, revision: 1 });
  expect(await cloud.imageRow(theirs)).toMatchObject({ album: "/bob", owner: "bob", ordinal: 1 });
});
