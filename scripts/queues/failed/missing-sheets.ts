// Contact sheets that are due and were never drawn, found in the tables themselves: the way back for changes that no stream
// holds any more. An album's entries say at which revision each picture came and went, so every multiple of ten and its
// revision can be worked out again.
import { type DynamoDBDocumentClient, paginateQuery, paginateScan } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import {
  afterJoin,
  afterLeave,
  emptyAlbum,
  thresholdsCrossed,
} from "../../../worker/jobs/pictures/albums/album.ts";

/** A sheet that is due: the payload of its job. */
export type DueSheet = { album: string; threshold: number; revision: number };

/** The stay of a picture in an album; `ordinal` is the revision at which it came. */
export type Stay = { ordinal: number; leftAtRevision?: number | undefined };

type Tables = { db: DynamoDBDocumentClient; tables: ResourceNames["tables"] };

const albumSchema = z.object({ album: z.string() });
const staySchema = z.object({
  ordinal: z.coerce.number().int(),
  leftAtRevision: z.number().int().optional(),
});
const sheetSchema = z.object({ threshold: z.coerce.number().int() });

/** Every multiple of ten that an album reached, with the revision at which it did so first. */
export function reachedBy(stays: readonly Stay[]): Omit<DueSheet, "album">[] {
  const changes = stays
    .flatMap(({ ordinal, leftAtRevision }) => [
      { revision: ordinal, after: afterJoin },
      ...(leftAtRevision === undefined ? [] : [{ revision: leftAtRevision, after: afterLeave }]),
    ])
    .sort((one, other) => one.revision - other.revision);
  let numbers = emptyAlbum;
  return changes.flatMap(({ revision, after }) => {
    const before = numbers;
    numbers = after(before);
    return thresholdsCrossed(before, numbers).map((threshold) => ({ threshold, revision }));
  });
}

/** The sheets of all albums that are due and have no row. */
export async function* missingSheets({ db, tables }: Tables): AsyncGenerator<DueSheet> {
  for await (const { Items = [] } of paginateScan({ client: db }, { TableName: tables.albums })) {
    for (const item of Items) {
      // An album that cannot be read is no reason to leave the others out.
      const { data } = albumSchema.safeParse(item);
      if (data !== undefined) yield* missingOf({ db, tables }, data.album);
    }
  }
}

async function* missingOf({ db, tables }: Tables, album: string): AsyncGenerator<DueSheet> {
  const stays = await readAll(db, tables.albumPictures, album, staySchema);
  const due = reachedBy(stays);
  if (due.length === 0) return;
  const drawn = await readAll(db, tables.sheets, album, sheetSchema);
  for (const sheet of due)
    if (!drawn.some(({ threshold }) => threshold === sheet.threshold)) yield { album, ...sheet };
}

async function readAll<Row>(
  db: DynamoDBDocumentClient,
  TableName: string,
  album: string,
  schema: z.ZodType<Row>,
): Promise<Row[]> {
  const query = {
    TableName,
    KeyConditionExpression: "album = :album",
    ExpressionAttributeValues: { ":album": album },
    ConsistentRead: true,
  };
  const rows: Row[] = [];
  for await (const { Items = [] } of paginateQuery({ client: db }, query))
    rows.push(...Items.map((item) => schema.parse(item)));
  return rows;
}
