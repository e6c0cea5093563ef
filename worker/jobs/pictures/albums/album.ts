// What an album is and how it changes, as data and pure functions: the album of a picture, the numbers after a picture
// joins or leaves, and the contact sheets that become due. Knows no client, so triggers may import it.
import * as z from "zod";

/** A contact sheet becomes due when an album reaches a multiple of this many pictures for the first time. */
export const picturesPerSheet = 10;

const count = z.number().int().nonnegative();

/** The row of an album, as jobs read it and as stream records carry it. */
export const albumRowSchema = z.object({
  album: z.string(),
  /** Pictures in the album now. */
  pictures: count,
  /** The highest number of pictures so far. It never falls, so the album reaches each multiple of ten only once. */
  peak: count,
  /** The number of joins and leaves so far. Identifies a change, and a picture's place in the album. */
  revision: count,
});

export type AlbumRow = z.infer<typeof albumRowSchema>;

/** An album's numbers. */
export type AlbumNumbers = Omit<AlbumRow, "album">;

export const emptyAlbum: AlbumNumbers = { pictures: 0, peak: 0, revision: 0 };

/** The numbers after a picture has joined. */
export function afterJoin({ pictures, peak, revision }: AlbumNumbers): AlbumNumbers {
  return { pictures: pictures + 1, peak: Math.max(peak, pictures + 1), revision: revision + 1 };
}

/** The numbers after a picture has left. */
export function afterLeave({ pictures, peak, revision }: AlbumNumbers): AlbumNumbers {
  return { pictures: pictures - 1, peak, revision: revision + 1 };
}

/** The multiples of ten that an album reached for the first time between two states of its row. */
export function thresholdsCrossed(before: AlbumNumbers, after: AlbumNumbers): number[] {
  const sheets = ({ peak }: AlbumNumbers) => Math.floor(peak / picturesPerSheet);
  const count = Math.max(0, sheets(after) - sheets(before));
  return Array.from({ length: count }, (_, index) => (sheets(before) + index + 1) * picturesPerSheet);
}

/**
 * The album of a picture: the folder of its key without outer slashes, or the owner's default album. A default album
 * begins with a slash and a folder never does, so nobody can put a picture into another person's default album.
 */
export function albumOf(key: string, owner: string): string {
  const folder = key.slice(0, key.lastIndexOf("/") + 1).replace(/^\/+|\/+$/g, "");
  return folder === "" ? `/${owner}` : folder;
}

/** The last part of a key: the picture's name for people. */
export function pictureName(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1) || key;
}
