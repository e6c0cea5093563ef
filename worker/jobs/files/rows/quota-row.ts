// How much a person keeps. Changed only in the transaction that changes a file's row, so it never drifts. Beside it: the room
// kept for uploads on their way, by the hour of their announcement, so that what never arrives is let go by time alone.
import * as z from "zod";

export const quotaRowSchema = z.object({
  person: z.string(),
  /** Bytes of all files that are ready. */
  bytes: z.number().int().nonnegative().default(0),
  /** The number of files that are ready. */
  files: z.number().int().nonnegative().default(0),
});

export type QuotaRow = z.infer<typeof quotaRowSchema>;

/** The quota of someone who keeps nothing has no row. */
export const emptyQuota = (person: string): QuotaRow => ({ person, bytes: 0, files: 0 });

/** What an upload's row says of the room that is kept for it. */
export type Announced = { bytes: number; issuedAt: string };

const openPrefix = "open ";

/** The attribute with the bytes announced in an hour that are still on their way. */
export const openAttribute = (issuedAt: string): string => `${openPrefix}${issuedAt.slice(0, 13)}`;

/** An upload takes at most this long: S3 then forgets its parts (bucketLifecycle). */
export const longestUploadMs = 24 * 60 * 60 * 1000;

/** The update that keeps room for an upload, or lets it go again. */
export const addedRoom = ({ bytes, issuedAt }: Announced, sign: 1 | -1) => ({
  UpdateExpression: "ADD #open :bytes",
  ExpressionAttributeNames: { "#open": openAttribute(issuedAt) },
  ExpressionAttributeValues: { ":bytes": sign * bytes },
});

/** The room that a row keeps for uploads on their way, and the attributes whose time is over. */
export function openRoom(
  row: Readonly<Record<string, unknown>>,
  now: number,
): { bytes: number; over: string[] } {
  const oldest = openAttribute(new Date(now - longestUploadMs).toISOString());
  const names = Object.keys(row).filter((name) => name.startsWith(openPrefix));
  const bytes = names.filter((name) => name >= oldest).reduce((sum, name) => sum + Number(row[name]), 0);
  return { bytes: Math.max(0, bytes), over: names.filter((name) => name < oldest) };
}
