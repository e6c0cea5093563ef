// Everything that a person can own, as it is after a day of use: files, a share, a link, a request, an upload on its way, an
// archive, a picture in an album with a contact sheet, and a word. Made through the pages where they can make it.
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import sharp from "sharp";
import { addressPart, pictureKey } from "../../triggers/web/pictures/places.ts";
import type { TableName } from "../../worker/fleet/tables.ts";
import type { FileRow } from "../../worker/jobs/files/rows/file-row.ts";
import { linkId } from "../../worker/jobs/files/rows/link-row.ts";
import { storeFileFor } from "./stored-files.ts";
import type { TestBrowser, TestWeb } from "./web.ts";

/** Where a person's things are. */
export type Owned = {
  file: FileRow;
  link: { token: string; id: string };
  request: { token: string; id: string };
  upload: string;
  pack: string;
  /** As they stand in addresses. */
  picture: string;
  album: string;
};

/** Fills an owner's pages and shares the file with a reader. Every name contains `mark`. */
export async function seedOwner(
  web: TestWeb,
  { owner, reader, mark }: { owner: TestBrowser; reader: TestBrowser; mark: string },
): Promise<Owned> {
  const file = await storeFileFor(web.deps, {
    owner: owner.visitor.id,
    name: `${mark}.txt`,
    folder: "trip/day 1",
  });
  await made(owner.send("POST", `/api/v1/files/${file.id}/people`, { people: [reader.visitor.id] }));
  const link = await tokenOf(owner.send("POST", `/api/v1/files/${file.id}/links`, {}));
  const request = await tokenOf(owner.send("POST", "/api/v1/requests", { name: `${mark} request` }));
  const announced = { name: `${mark} on its way.bin`, bytes: 40 * 1024 ** 2 };
  const upload = await made(owner.send("POST", "/api/v1/uploads", announced));
  const pack = await made(owner.send("POST", "/api/v1/packs", { files: [file.id] }));
  return {
    ...{ file, link, request },
    upload: String(upload.id),
    pack: String(pack.id),
    ...(await seedPicture(web, owner, mark)),
  };
}

async function made(answer: Promise<Response>): Promise<Record<string, unknown>> {
  const given = await answer;
  if (!given.ok) throw new Error(`${given.status}: ${await given.text()}`);
  return (await given.json()) as Record<string, unknown>;
}

async function tokenOf(answer: Promise<Response>): Promise<{ token: string; id: string }> {
  const { url } = await made(answer);
  const token = new URL(String(url)).pathname.split("/").at(-1) ?? "";
  return { token, id: linkId(token) };
}

/** A picture in an album with a contact sheet, as their jobs leave them. */
async function seedPicture({ deps }: TestWeb, { visitor }: TestBrowser, mark: string) {
  const { db, s3, names, random } = deps;
  const { buckets, tables } = names;
  const put = (table: TableName, Item: Record<string, unknown>) =>
    db.send(new PutCommand({ TableName: tables[table], Item }));
  const key = pictureKey(visitor.id, { name: `${mark}.png`, album: `${mark} album`, random: random(12) });
  const album = key.slice(0, key.lastIndexOf("/"));
  const id = `${buckets.uploads}/${key}`;
  const size = { width: 40, height: 30 };
  const Body = await sharp({ create: { ...size, channels: 3, background: "#1d4ed8" } })
    .png()
    .toBuffer();
  const object = async (Bucket: string) => {
    const put = new PutObjectCommand({ Bucket, Key: key, Body, ContentType: "image/png" });
    return (await s3.send(put)).VersionId ?? "null";
  };
  await put("images", {
    ...{ id, key, album, owner: visitor.id, state: "ready", ...size, contentType: "image/png" },
    createdAt: new Date(deps.now()).toISOString(),
    resultBucket: buckets.results,
    resultKey: key,
    resultVersionId: await object(buckets.results),
  });
  await put("albums", { album, owner: visitor.id, pictures: 10 });
  await put("albumPictures", { album, ordinal: "0000000001", imageId: id });
  const place = { bucket: buckets.sheets, key, versionId: await object(buckets.sheets) };
  const sheet = { ...place, ...size, contentType: "image/png" };
  await put("sheets", { album, threshold: "0000000010", ...sheet });
  return { picture: addressPart(key), album: addressPart(album) };
}
