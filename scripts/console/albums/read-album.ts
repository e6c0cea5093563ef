// One album: its pictures, the last joined first, and its contact sheets. Four reads a page.
import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { albumRowSchema } from "../../../worker/jobs/pictures/albums/album.ts";
import { ordinalText } from "../../../worker/jobs/pictures/albums/album-entry.ts";
import type { JobsSource } from "../jobs/read-jobs.ts";
import { type Named, named, type Seals } from "../masking/seals.ts";
import type { DownloadObject } from "../results/presign.ts";
import { type ListedPicture, listed } from "./read-albums.ts";
import { picturesById } from "./read-pictures.ts";
import { entryRowSchema, type SheetRow, sheetRowSchema } from "./rows.ts";

type Source = Pick<JobsSource, "db" | "names">;

/** An album's page as data. */
export type AlbumPage = {
  album: Named;
  count: number;
  pictures: ListedPicture[];
  sheets: Pick<SheetRow, "threshold" | "shown" | "missing" | "jobId">[];
  masked: boolean;
  next: string | undefined;
};

/** Entries of a page: pictures that left are entries, too, and are not shown. */
const pageSize = 48;

/** Contact sheets that are shown, the latest. */
const mostSheets = 12;

/** Which page of which album. */
export type AskedAlbum = { name: string; before: string | undefined; reveal: boolean; seals: Seals };

/** Reads a page; undefined where there is no such album. */
export async function readAlbum(source: Source, asked: AskedAlbum): Promise<AlbumPage | undefined> {
  const { db, names } = source;
  const { name: album, reveal, seals } = asked;
  const [{ Item }, entries, sheets] = await Promise.all([
    db.send(new GetCommand({ TableName: names.tables.albums, Key: { album } })),
    entriesOf(source, asked),
    sheetsOf(source, album),
  ]);
  const numbers = albumRowSchema.safeParse(Item).data;
  if (numbers === undefined) return undefined;
  const pictures = await picturesAt(source, entries.present);
  const naming = { seals, reveal };
  const shownAlbum = named(album, naming);
  return {
    album: shownAlbum,
    count: numbers.pictures,
    pictures: pictures.map((picture) => listed(picture, naming)),
    sheets: sheets.map(({ threshold, shown, missing, jobId }) => ({ threshold, shown, missing, jobId })),
    masked: shownAlbum.shown !== album,
    next: entries.next,
  };
}

async function entriesOf({ db, names }: Source, { name, before }: AskedAlbum) {
  const { Items = [], LastEvaluatedKey } = await db.send(
    new QueryCommand({
      TableName: names.tables.albumPictures,
      KeyConditionExpression:
        before === undefined ? "album = :album" : "album = :album AND ordinal < :before",
      ExpressionAttributeValues: { ":album": name, ...(before !== undefined && { ":before": before }) },
      ScanIndexForward: false,
      Limit: pageSize,
    }),
  );
  const entries = Items.flatMap((item) => entryRowSchema.safeParse(item).data ?? []);
  return {
    present: entries.filter(({ leftAtRevision }) => leftAtRevision === undefined),
    next: LastEvaluatedKey === undefined ? undefined : entries.at(-1)?.ordinal,
  };
}

async function sheetsOf({ db, names }: Source, album: string): Promise<SheetRow[]> {
  const { Items = [] } = await db.send(
    new QueryCommand({
      TableName: names.tables.sheets,
      KeyConditionExpression: "album = :album",
      ExpressionAttributeValues: { ":album": album },
      ScanIndexForward: false,
      Limit: mostSheets,
    }),
  );
  return Items.flatMap((item) => sheetRowSchema.safeParse(item).data ?? []);
}

/** The pictures of entries, where the same picture is still at that place. */
async function picturesAt(source: Source, entries: readonly { imageId: string; ordinal: string }[]) {
  const ids = new Set(entries.map(({ imageId }) => imageId));
  const found = await picturesById(source, [...ids]);
  return entries
    .flatMap(({ imageId, ordinal }) => {
      const row = found.get(imageId);
      return row !== undefined && row.ordinal === Number(ordinal) ? [row] : [];
    })
    .filter(({ state }) => state === "ready");
}

/** The object of the picture at a place of an album; undefined where none is there. Two reads. */
export async function pictureObject(
  source: Source,
  { album, ordinal }: { album: string; ordinal: number },
): Promise<DownloadObject | undefined> {
  const Key = { album, ordinal: ordinalText(ordinal) };
  const { Item } = await source.db.send(
    new GetCommand({ TableName: source.names.tables.albumPictures, Key }),
  );
  const entry = entryRowSchema.safeParse(Item).data;
  if (entry === undefined) return undefined;
  const [row] = await picturesAt(source, [entry]);
  if (row === undefined) return undefined;
  const { resultBucket: bucket, resultKey: key, resultVersionId: versionId, contentType } = row;
  return { bucket, key, versionId, contentType };
}

/** The object of a contact sheet. One read. */
export async function sheetObject(
  { db, names }: Source,
  { album, threshold }: { album: string; threshold: number },
): Promise<DownloadObject | undefined> {
  const Key = { album, threshold: ordinalText(threshold) };
  const { Item } = await db.send(new GetCommand({ TableName: names.tables.sheets, Key }));
  return sheetRowSchema.safeParse(Item).data;
}
