// Rows of the pictures that the ledger's jobs made lately, and of their albums, as those jobs leave them.
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import { picturesPerSheet } from "../../../worker/jobs/pictures/albums/album.ts";
import { ordinalText } from "../../../worker/jobs/pictures/albums/album-entry.ts";
import { imageRowId } from "../../../worker/jobs/pictures/resize-image/image-row-id.ts";
import { albumOfJob, type LoadSize, pictureKeyOf, rowAt } from "./rows.ts";

/** One of so many jobs is among those whose pictures have rows: the latest. */
const latestOneIn = 5;

type Row = Record<string, unknown>;

/** Rows of the four tables. */
export type AlbumRows = Readonly<Record<"albums" | "albumPictures" | "images" | "sheets", Row[]>>;

/** Makes the rows. */
export function albumRows(size: LoadSize, names: ResourceNames, now: number): AlbumRows {
  const rows: AlbumRows = { albums: [], albumPictures: [], images: [], sheets: [] };
  const counts = new Map<string, number>();
  for (let index = size.rows - Math.floor(size.rows / latestOneIn); index < size.rows; index += 1) {
    const { jobId, kind, status } = rowAt(index, size, now);
    if (kind !== "resize-image" || status !== "completed") continue;
    const album = albumOfJob(jobId);
    const ordinal = (counts.get(album) ?? 0) + 1;
    counts.set(album, ordinal);
    addPicture(rows, names, { album, ordinal, jobId });
  }
  for (const [album, count] of counts) addAlbum(rows, names, album, count);
  return rows;
}

type Joined = { album: string; ordinal: number; jobId: string };

function addPicture(rows: AlbumRows, { buckets }: ResourceNames, { album, ordinal, jobId }: Joined): void {
  const key = pictureKeyOf(jobId);
  const id = imageRowId({ bucket: buckets.uploads, key });
  const result = { resultBucket: buckets.results, resultKey: key, resultVersionId: "v1" };
  const size = { width: 1200, height: 800, contentType: "image/webp" };
  rows.images.push({
    id,
    key,
    owner: "console",
    state: "ready",
    album,
    ordinal,
    writtenBy: jobId,
    ...result,
    ...size,
  });
  rows.albumPictures.push({ album, ordinal: ordinalText(ordinal), imageId: id, name: key });
}

function addAlbum(rows: AlbumRows, { buckets }: ResourceNames, album: string, count: number): void {
  rows.albums.push({ album, owner: "console", pictures: count, peak: count, revision: count });
  const threshold = Math.floor(count / picturesPerSheet) * picturesPerSheet;
  if (threshold === 0) return;
  rows.sheets.push({
    ...{ album, threshold: ordinalText(threshold), revision: threshold, shown: picturesPerSheet, missing: 0 },
    ...{ bucket: buckets.sheets, key: `${album}.png`, versionId: "v1", contentType: "image/png" },
    ...{ width: 1616, height: 844, jobId: `contact-sheet/${album}` },
  });
}
