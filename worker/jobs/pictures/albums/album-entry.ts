// The entry of a picture in an album, one for each time it joined. Reads which pictures an album held at a revision.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { JobContext } from "../../../engine/job/handler.ts";

const albumEntrySchema = z.object({
  album: z.string(),
  ordinal: z.coerce.number().int(),
  imageId: z.string(),
  name: z.string(),
  /** The album's revision when the picture left; absent while it is in the album. */
  leftAtRevision: z.number().int().optional(),
});

export type AlbumEntry = z.infer<typeof albumEntrySchema>;

/** A place in an album as a sort key. Keys are strings, so all places have the same length. */
export const ordinalText = (ordinal: number): string => String(ordinal).padStart(12, "0");

/**
 * The last `count` pictures that an album held at a revision, in the order in which they joined. The answer never
 * changes: later joins have higher places, and later leaves carry their revision.
 */
export async function lastPictures(
  { album, revision, count }: { album: string; revision: number; count: number },
  { db, names, signal }: Pick<JobContext, "db" | "names" | "signal">,
): Promise<AlbumEntry[]> {
  const found: AlbumEntry[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const query = new QueryCommand({
      TableName: names.tables.albumPictures,
      KeyConditionExpression: "album = :album AND ordinal <= :revision",
      ExpressionAttributeValues: { ":album": album, ":revision": ordinalText(revision) },
      ScanIndexForward: false,
      ConsistentRead: true,
      ...(from && { ExclusiveStartKey: from }),
    });
    const { Items = [], LastEvaluatedKey } = await db.send(query, { abortSignal: signal });
    const entries = Items.map((item) => albumEntrySchema.parse(item));
    found.push(
      ...entries.filter(({ leftAtRevision = Number.POSITIVE_INFINITY }) => leftAtRevision > revision),
    );
    from = LastEvaluatedKey;
  } while (from && found.length < count);
  return found.slice(0, count).reverse();
}
