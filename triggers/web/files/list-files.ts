// Lists of a person's own files and of those shared with them: by index, never by a scan. The newest come page by page. Any
// other order, a search, and shared files need all rows of the person, of which a stated number is read.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { type FileRow, fileRowSchema, isAvailable } from "../../../worker/jobs/files/rows/file-row.ts";
import { type ShareRow, shareRowSchema } from "../../../worker/jobs/files/rows/share-row.ts";
import { batchGet } from "../../shared/batch-get.ts";
import type { Visitor } from "../access/visitor.ts";
import type { WebDependencies } from "../dependencies.ts";
import { type Cursor, cursorText } from "../store/cursor.ts";
import { arranged, type FileOrder } from "./arrange-files.ts";
import type { SeenFile } from "./find-file.ts";

/** Files on a page, and the most rows that a search or a sorted list looks at. */
export const listLimits = { page: 50, searched: 2000, shared: 1000 } as const;

/** Which files, and from where on. */
export type ListWish = FileOrder & { cursor?: Cursor | undefined; limit: number };

/** A page of a list. */
export type FilePage = {
  files: SeenFile[];
  /** Where the next page starts; absent on the last one. */
  next?: string;
  /** More files exist than were looked at. */
  partial: boolean;
};

type Person = Pick<Visitor, "id" | "name">;

/** A person's own files. */
export async function ownFiles(deps: WebDependencies, person: Person, wish: ListWish): Promise<FilePage> {
  const seen = (file: FileRow): SeenFile => ({ file, mine: true, ownerName: person.name });
  if (wish.search !== "" || wish.sort !== "newest") {
    const { files, last } = await byTime(deps, person.id, { count: listLimits.searched });
    return pageOf(files.map(seen), wish, last !== undefined);
  }
  const after = wish.cursor && "after" in wish.cursor ? wish.cursor.after : undefined;
  const run = { count: wish.limit, after, oldestFirst: wish.direction === "up" };
  const { files, last } = await byTime(deps, person.id, run);
  return { files: files.map(seen), ...(last && { next: cursorText({ after: last }) }), partial: false };
}

/** Files that others share with a person. */
export async function sharedFiles(deps: WebDependencies, { id }: Person, wish: ListWish): Promise<FilePage> {
  const { shares, more } = await sharesOf(deps, id);
  const keys = shares.map(({ fileId }) => ({ id: fileId }));
  const found = keys.length === 0 ? {} : await batchGet(deps.db, { [deps.names.tables.files]: keys });
  const files = new Map(
    (found[deps.names.tables.files] ?? []).map((item) => {
      const file = fileRowSchema.parse(item);
      return [file.id, file];
    }),
  );
  const seen = shares.flatMap(({ fileId, owner, ownerName }): SeenFile[] => {
    const file = files.get(fileId);
    const shown = file !== undefined && file.owner === owner && isAvailable(file, deps.now());
    return shown ? [{ file, mine: false, ownerName }] : [];
  });
  return pageOf(seen, wish, more);
}

function pageOf(all: readonly SeenFile[], wish: ListWish, partial: boolean): FilePage {
  const skip = wish.cursor && "skip" in wish.cursor ? wish.cursor.skip : 0;
  const files = arranged(all, wish);
  const end = skip + wish.limit;
  return {
    files: files.slice(skip, end),
    ...(files.length > end && { next: cursorText({ skip: end }) }),
    partial,
  };
}

type Key = Record<string, string>;

/** Files that have expired but are not swept yet are passed over; after this many calls the rest is left to the next page. */
const maxReads = 10;

/** How many files, from where on, in which order of time. */
type Run = { count: number; after?: Key | undefined; oldestFirst?: boolean };

/** Available files in the order of time, and where to go on when there may be more. */
async function byTime(
  { db, names, now }: WebDependencies,
  owner: string,
  { count, after, oldestFirst = false }: Run,
): Promise<{ files: FileRow[]; last?: Key }> {
  const files: FileRow[] = [];
  // The partition is always the person's own, whatever a cursor says.
  let start: Key | undefined = after && {
    id: after.id ?? "",
    createdAt: after.createdAt ?? "",
    listedFor: owner,
  };
  let reads = 0;
  do {
    reads += 1;
    const query = new QueryCommand({
      TableName: names.tables.files,
      IndexName: "listed",
      KeyConditionExpression: "listedFor = :owner",
      FilterExpression: "expiresAt > :now",
      ExpressionAttributeValues: { ":owner": owner, ":now": new Date(now()).toISOString() },
      ScanIndexForward: oldestFirst,
      ...(start && { ExclusiveStartKey: start }),
      Limit: Math.max(count + 1, 500),
    });
    const { Items = [], LastEvaluatedKey } = await db.send(query);
    files.push(...Items.map((item) => fileRowSchema.parse(item)));
    start = LastEvaluatedKey;
  } while (start !== undefined && files.length <= count && reads < maxReads);
  const last = files[count - 1];
  if (files.length <= count || last === undefined)
    return { files, ...(start && { last: { id: start.id ?? "", createdAt: start.createdAt ?? "" } }) };
  return { files: files.slice(0, count), last: { id: last.id, createdAt: last.createdAt } };
}

async function sharesOf(
  { db, names, now }: WebDependencies,
  person: string,
): Promise<{ shares: ShareRow[]; more: boolean }> {
  const shares: ShareRow[] = [];
  let start: Key | undefined;
  do {
    const query = new QueryCommand({
      TableName: names.tables.shares,
      KeyConditionExpression: "person = :person",
      FilterExpression: "expiresAt > :now",
      ExpressionAttributeValues: { ":person": person, ":now": Math.floor(now() / 1000) },
      ...(start && { ExclusiveStartKey: start }),
    });
    const { Items = [], LastEvaluatedKey } = await db.send(query);
    shares.push(...Items.map((item) => shareRowSchema.parse(item)));
    start = LastEvaluatedKey;
  } while (start !== undefined && shares.length < listLimits.shared);
  const more = start !== undefined || shares.length > listLimits.shared;
  return { shares: shares.slice(0, listLimits.shared), more };
}
