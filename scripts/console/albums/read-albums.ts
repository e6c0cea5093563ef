// The albums whose pictures were made last, page by page. No index has all albums in order of time; the ledger's index of ended
// jobs has their pictures, so a page is one of those, grouped: 19 reads, however many albums there are.
import { batchGet } from "../../../triggers/shared/batch-get.ts";
import { endedShards } from "../../../worker/engine/ledger/job-row.ts";
import { albumRowSchema, picturesPerSheet } from "../../../worker/jobs/pictures/albums/album.ts";
import { ordinalText } from "../../../worker/jobs/pictures/albums/album-entry.ts";
import { imageRowId } from "../../../worker/jobs/pictures/resize-image/image-row-id.ts";
import { resizeImage } from "../../../worker/jobs/pictures/resize-image/job.ts";
import { imageResultSchema } from "../../status/results.ts";
import { mergedPage } from "../jobs/merge-partitions.ts";
import type { JobsSource } from "../jobs/read-jobs.ts";
import { type Named, named, type Seals } from "../masking/seals.ts";
import { picturesById } from "./read-pictures.ts";
import { type PictureRow, sheetRowSchema } from "./rows.ts";

/** A picture of an album in the list. */
export type ListedPicture = { name: string; ordinal: number; jobId: string };

/** An album of a page. */
export type ListedAlbum = {
  album: Named;
  /** Pictures in it now. */
  count: number;
  /** Its last contact sheet, if it has one. */
  sheet: { threshold: number; jobId: string } | undefined;
  /** Those of the page's pictures that are in it, the last made first. */
  pictures: ListedPicture[];
};

/** One page. */
export type AlbumsPage = { albums: ListedAlbum[]; masked: boolean; next: string | undefined };

/** Jobs of a page. Their rows must fit into one call. */
const jobsOnPage = 60;

/** How a page is read. */
export type AskedAlbums = { before: string | undefined; reveal: boolean; seals: Seals };

/** Reads a page. */
export async function readAlbums(source: JobsSource, asked: AskedAlbums): Promise<AlbumsPage> {
  const { rows, next } = await endedPictures(source, asked.before);
  const pictures = await picturesOf(source, rows);
  const byAlbum = Map.groupBy(pictures, ({ album }) => album);
  const known = await numbersOf(source, [...byAlbum.keys()]);
  const naming = { seals: asked.seals, reveal: asked.reveal };
  const albums = [...byAlbum].map(
    ([album, own]): ListedAlbum => ({
      album: named(album, naming),
      count: known.counts.get(album) ?? 0,
      sheet: known.sheets.get(album),
      pictures: own.map((picture) => listed(picture, naming)),
    }),
  );
  const masked = albums.some(({ album }) => album.ref !== album.shown);
  return { albums, masked: masked && !asked.reveal, next };
}

/** A picture as a list has it. */
export function listed(
  { key, ordinal, writtenBy }: PictureRow,
  naming: { seals: Seals; reveal: boolean },
): ListedPicture {
  return { name: named(key.slice(key.lastIndexOf("/") + 1), naming).shown, ordinal, jobId: writtenBy };
}

/** A flood of refused pictures must not hide those that were made. */
const completed = {
  expression: "#status = :completed",
  names: { "#status": "status" },
  values: { ":completed": "completed" },
};

async function endedPictures({ db, names }: JobsSource, before: string | undefined) {
  const place = { table: names.tables.jobs, index: "ended", partition: "endedShard", sort: "endedAt" };
  const partitions = endedShards.map((shard) => `${resizeImage.kind}#${shard}`);
  return mergedPage(db, { ...place, partitions }, { size: jobsOnPage, before, filter: completed });
}

/** The pictures that these jobs made and that are still there, in the order of the jobs. */
async function picturesOf(
  source: JobsSource,
  jobs: readonly Record<string, unknown>[],
): Promise<PictureRow[]> {
  const keys = jobs.flatMap(({ result }) => imageResultSchema.safeParse(result).data?.key ?? []);
  const ids = [...new Set(keys)].map((key) => imageRowId({ bucket: source.names.buckets.uploads, key }));
  const found = await picturesById(source, ids);
  return ids.flatMap((id) => found.get(id) ?? []).filter(({ state }) => state === "ready");
}

/** How many pictures albums hold, and the last contact sheet of each. Two reads. */
async function numbersOf({ db, names }: JobsSource, albums: readonly string[]) {
  const { albums: table, sheets: sheetTable } = names.tables;
  const keys = albums.map((album) => ({ album }));
  const { [table]: rows = [] } = await batchGet(db, { [table]: keys }, { consistent: false });
  const numbers = rows.flatMap((row) => albumRowSchema.safeParse(row).data ?? []);
  const reached = numbers.flatMap(({ album, peak }) => {
    const threshold = Math.floor(peak / picturesPerSheet) * picturesPerSheet;
    return threshold === 0 ? [] : [{ album, threshold: ordinalText(threshold) }];
  });
  const { [sheetTable]: sheets = [] } = await batchGet(db, { [sheetTable]: reached }, { consistent: false });
  const made = sheets.flatMap((row) => sheetRowSchema.safeParse(row).data ?? []);
  return {
    counts: new Map(numbers.map(({ album, pictures }) => [album, pictures])),
    sheets: new Map(made.map(({ album, threshold, jobId }) => [album, { threshold, jobId }])),
  };
}
