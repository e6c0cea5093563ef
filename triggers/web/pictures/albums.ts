// A person's albums, the pictures in one, and its contact sheets.
import { BatchGetCommand, GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { WebDependencies } from "../dependencies.ts";
import { isListed, type ListedPicture, readPictureRow } from "./picture-row.ts";

type Reader = Pick<WebDependencies, "db" | "names">;

const albumSchema = z.object({ album: z.string(), owner: z.string(), pictures: z.number() });

export type Album = z.infer<typeof albumSchema>;

/** The row of a contact sheet, as far as it is shown. */
export const sheetSchema = z.object({
  album: z.string(),
  threshold: z.coerce.number(),
  bucket: z.string(),
  key: z.string(),
  versionId: z.string(),
  contentType: z.string(),
  width: z.number(),
  height: z.number(),
});

export type Sheet = z.infer<typeof sheetSchema>;

/** Albums on the page. */
const mostAlbums = 200;

/** Pictures of an album on one page. */
export const albumPageSize = 24;

/** The albums that a person began, by name. */
export async function listAlbums({ db, names }: Reader, owner: string): Promise<Album[]> {
  const query = new QueryCommand({
    TableName: names.tables.albums,
    IndexName: "byOwner",
    KeyConditionExpression: "#owner = :owner",
    ExpressionAttributeNames: { "#owner": "owner" },
    ExpressionAttributeValues: { ":owner": owner },
    Limit: mostAlbums,
  });
  const { Items = [] } = await db.send(query);
  return Items.flatMap((item) => albumSchema.safeParse(item).data ?? []);
}

/** An album, if it belongs to the person. */
export async function ownAlbum(
  { db, names }: Reader,
  owner: string,
  album: string,
): Promise<Album | undefined> {
  const { Item } = await db.send(new GetCommand({ TableName: names.tables.albums, Key: { album } }));
  const found = albumSchema.safeParse(Item).data;
  return found?.owner === owner ? found : undefined;
}

const entrySchema = z.object({
  ordinal: z.string(),
  imageId: z.string(),
  leftAtRevision: z.number().optional(),
});

/** One page of the pictures in an album, last joined first. `next` is the cursor of the following page. */
export async function albumPictures(
  { db, names }: Reader,
  { album, owner }: Album,
  before: string | undefined,
): Promise<{ pictures: ListedPicture[]; next?: string }> {
  const query = new QueryCommand({
    TableName: names.tables.albumPictures,
    KeyConditionExpression: before === undefined ? "album = :album" : "album = :album AND ordinal < :before",
    ExpressionAttributeValues: { ":album": album, ...(before !== undefined && { ":before": before }) },
    ScanIndexForward: false,
    Limit: albumPageSize,
  });
  const { Items = [], LastEvaluatedKey } = await db.send(query);
  const entries = Items.map((item) => entrySchema.parse(item));
  const present = entries.filter(({ leftAtRevision }) => leftAtRevision === undefined);
  const rows = await readRows(
    { db, names },
    present.map(({ imageId }) => imageId),
  );
  const pictures = rows.filter((row) => row.owner === owner);
  const last = entries.at(-1)?.ordinal;
  return { pictures, ...(LastEvaluatedKey && last !== undefined && { next: last }) };
}

/** Rows of pictures, in the order of their ids. At most 100. */
async function readRows({ db, names }: Reader, ids: readonly string[]): Promise<ListedPicture[]> {
  if (ids.length === 0) return [];
  const table = names.tables.images;
  const Keys = ids.map((id) => ({ id }));
  const { Responses } = await db.send(new BatchGetCommand({ RequestItems: { [table]: { Keys } } }));
  const rows = (Responses?.[table] ?? []).map(readPictureRow).filter(isListed);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** The contact sheets of an album, latest first. */
export async function listSheets({ db, names }: Reader, album: string): Promise<Sheet[]> {
  const query = new QueryCommand({
    TableName: names.tables.sheets,
    KeyConditionExpression: "album = :album",
    ExpressionAttributeValues: { ":album": album },
    ScanIndexForward: false,
    Limit: 20,
  });
  const { Items = [] } = await db.send(query);
  return Items.flatMap((item) => sheetSchema.safeParse(item).data ?? []);
}
