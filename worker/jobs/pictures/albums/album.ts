// What an album is and how it changes, as data and pure functions: which album a picture belongs to, what joining and
// leaving do to its numbers, and which sheets become due. Knows no client, so triggers may import it.
import * as z from "zod";

/** A sheet becomes due whenever an album reaches a multiple of this many pictures for the first time. */
export const picturesPerSheet = 10;

const count = z.number().int().nonnegative();

/** The row of an album, as jobs read it and as its stream's images hold it. */
export const albumRowSchema = z.object({
  album: z.string(),
  /** Pictures in it now. */
  pictures: count,
  /** Most pictures it ever held. Never falls, so each multiple of ten is reached once: the album's own latch. */
  peak: count,
  /** Joins and leaves so far: a change and a picture's place in the album are told by this number. */
  revision: count,
});

export type AlbumRow = z.infer<typeof albumRowSchema>;

/** An album's numbers. */
export type AlbumNumbers = Omit<AlbumRow, "album">;

export const emptyAlbum: AlbumNumbers = { pictures: 0, peak: 0, revision: 0 };

/** One picture more. */
export function joined({ pictures, peak, revision }: AlbumNumbers): AlbumNumbers {
  return { pictures: pictures + 1, peak: Math.max(peak, pictures + 1), revision: revision + 1 };
}

/** One picture less. */
export function left({ pictures, peak, revision }: AlbumNumbers): AlbumNumbers {
  return { pictures: pictures - 1, peak, revision: revision + 1 };
}

/** The multiples of ten an album reached for the first time between two states of its row. */
export function thresholdsCrossed(before: AlbumNumbers, after: AlbumNumbers): number[] {
  const sheets = ({ peak }: AlbumNumbers) => Math.floor(peak / picturesPerSheet);
  const count = Math.max(0, sheets(after) - sheets(before));
  return Array.from({ length: count }, (_, index) => (sheets(before) + index + 1) * picturesPerSheet);
}

/**
 * The album of a picture: its key's folder without outer slashes, or else its owner's default album. The latter begins
 * with a slash, which no folder does, so that nobody can put a picture into another person's default album.
 */
export function albumOf(key: string, owner: string): string {
  const folder = key.slice(0, key.lastIndexOf("/") + 1).replace(/^\/+|\/+$/g, "");
  return folder === "" ? `/${owner}` : folder;
}

/** The last part of a key: what a person calls the picture. */
export function pictureName(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1) || key;
}
