// A person's pictures, newest first, page by page, and the neighbours of one. Each read is a query of that person's
// partition; nobody's request can name another one.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { WebDependencies } from "../dependencies.ts";
import { cursorInputOf, cursorText } from "../store/cursor.ts";
import { isListed, type ListedPicture, type ReadyPicture, readPictureRow } from "./picture-row.ts";

/** Pictures on a page. */
export const picturesPerPage = 24;

/** Rows per query. Removed pictures stay as rows and are skipped. */
const rowsPerQuery = 50;

/** Queries per page at most, so that a person with thousands of removed pictures gets an answer, if a short page. */
const queriesPerPage = 10;

/** Where a list goes on: after this picture. */
const cursorSchema = z.object({ id: z.string(), createdAt: z.string() });

type Place = z.infer<typeof cursorSchema>;
type Reader = Pick<WebDependencies, "db" | "names">;

/** A cursor in an address. */
export const pictureCursor = cursorInputOf(cursorSchema, 3000);

/** One page of a person's pictures, and the cursor of the next page, if there is one. */
export async function listPictures(
  reader: Reader,
  owner: string,
  after?: Place,
): Promise<{ pictures: ListedPicture[]; next?: string }> {
  const pictures: ListedPicture[] = [];
  let from = after;
  for (let queries = 0; queries < queriesPerPage; queries += 1) {
    const { rows, last } = await query(reader, owner, { from, forward: false, limit: rowsPerQuery });
    pictures.push(...rows.filter(isListed));
    if (pictures.length > picturesPerPage || last === undefined) break;
    from = last;
  }
  const shown = pictures.slice(0, picturesPerPage);
  const end = pictures.length > picturesPerPage ? shown.at(-1) : undefined;
  return {
    pictures: shown,
    ...(end !== undefined && { next: cursorText({ id: end.id, createdAt: end.createdAt }) }),
  };
}

/** The pictures beside one: `newer` and `older`. */
export async function neighbours(
  reader: Reader,
  picture: ReadyPicture,
): Promise<{ newer?: ReadyPicture; older?: ReadyPicture }> {
  const beside = async (forward: boolean) => {
    const { rows } = await query(reader, picture.owner, { from: picture, forward, limit: rowsPerQuery });
    return rows.filter(isListed).find((row) => row.state === "ready");
  };
  const [newer, older] = await Promise.all([beside(true), beside(false)]);
  return { ...(newer && { newer }), ...(older && { older }) };
}

async function query(
  { db, names }: Reader,
  owner: string,
  { from, forward, limit }: { from: Place | undefined; forward: boolean; limit: number },
) {
  const command = new QueryCommand({
    TableName: names.tables.images,
    IndexName: "newest",
    KeyConditionExpression: "#owner = :owner",
    ExpressionAttributeNames: { "#owner": "owner" },
    ExpressionAttributeValues: { ":owner": owner },
    ScanIndexForward: forward,
    Limit: limit,
    ...(from && { ExclusiveStartKey: { id: from.id, createdAt: from.createdAt, owner } }),
  });
  const { Items = [], LastEvaluatedKey } = await db.send(command);
  const last = cursorSchema.safeParse(LastEvaluatedKey).data;
  return { rows: Items.map(readPictureRow), last };
}
