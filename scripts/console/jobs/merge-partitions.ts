// One page of a list that several partitions of an index share, newest first, without reading more than a page needs. Knows
// neither jobs nor pages.
import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";

/** An index, and the partitions that the list is in. */
export type Partitioned = {
  table: string;
  index: string;
  /** Names of the index's keys. Values of the sort key are ISO 8601 with milliseconds, so that texts sort as times. */
  partition: string;
  sort: string;
  partitions: readonly string[];
};

/** A condition on other attributes, as DynamoDB writes it. */
export type RowFilter = {
  expression: string;
  names?: Readonly<Record<string, string>>;
  values: Readonly<Record<string, unknown>>;
};

/** Which page is wanted. */
export type WantedPage = {
  /** Rows of a page; rows of the same millisecond stay together, so it may have some more, and with a filter fewer. */
  size: number;
  /** Only rows before this time; ISO 8601. */
  before?: string | undefined;
  /** Only rows from this time on. */
  from?: string | undefined;
  filter?: RowFilter | undefined;
};

/** Rows, and where the next page begins; undefined at the end of the list. `lookedAt` counts rows that were read. */
export type Page = { rows: Record<string, unknown>[]; next: string | undefined; lookedAt: number };

/** Rows that a query with a filter looks at in each partition. */
const lookedAtWithFilter = 100;

/** Rows of a partition that are read when a whole first read shared one millisecond. */
const manyAtOnce = 1000;

type Part = { rows: Record<string, unknown>[]; unreadBefore: string | undefined; lookedAt: number };

/** Reads one page: one query for each partition, a second one only where a partition's first read shared one millisecond. */
export async function mergedPage(
  db: DynamoDBDocumentClient,
  source: Partitioned,
  wanted: WantedPage,
): Promise<Page> {
  const limit = rowsOfPartition(source, wanted);
  const parts = await Promise.all(
    source.partitions.map(async (partition) => {
      const part = await readPart(db, source, wanted, { partition, limit });
      const stuck = part.unreadBefore !== undefined && part.unreadBefore === wanted.before;
      return stuck ? readPart(db, source, wanted, { partition, limit: manyAtOnce }) : part;
    }),
  );
  const timeOf = (row: Record<string, unknown>) => String(row[source.sort]);
  // Below this time a partition has rows that were not read.
  const known = newest(parts.map(({ unreadBefore }) => unreadBefore));
  const rows = parts
    .flatMap((part) => part.rows)
    .filter((row) => known === undefined || timeOf(row) >= known)
    .sort((a, b) => (timeOf(a) < timeOf(b) ? 1 : timeOf(a) > timeOf(b) ? -1 : 0));
  const lookedAt = parts.reduce((sum, part) => sum + part.lookedAt, 0);
  const last = rows[wanted.size - 1];
  if (last === undefined) return { rows, next: known, lookedAt };
  const shown = rows.filter((row) => timeOf(row) >= timeOf(last));
  const rest = rows.length > shown.length || known !== undefined;
  return { rows: shown, next: rest ? timeOf(last) : undefined, lookedAt };
}

/** Even partitions share a page evenly; four times that makes a page that ends early rare. */
function rowsOfPartition({ partitions }: Partitioned, { size, filter }: WantedPage): number {
  if (filter !== undefined) return lookedAtWithFilter;
  return partitions.length === 1 ? size + 1 : Math.min(size + 1, Math.ceil((size * 4) / partitions.length));
}

async function readPart(
  db: DynamoDBDocumentClient,
  source: Partitioned,
  { before, from, filter }: WantedPage,
  { partition, limit }: { partition: string; limit: number },
): Promise<Part> {
  const { table, index, sort } = source;
  const {
    Items = [],
    LastEvaluatedKey,
    ScannedCount = 0,
  } = await db.send(
    new QueryCommand({
      TableName: table,
      IndexName: index,
      KeyConditionExpression: "#partition = :partition AND #sort BETWEEN :from AND :to",
      ...(filter && { FilterExpression: filter.expression }),
      ExpressionAttributeNames: { "#partition": source.partition, "#sort": sort, ...filter?.names },
      ExpressionAttributeValues: {
        ":partition": partition,
        ":from": from ?? "",
        ":to": before === undefined ? "\uffff" : justBefore(before),
        ...filter?.values,
      },
      ScanIndexForward: false,
      Limit: limit,
    }),
  );
  const last = LastEvaluatedKey?.[sort];
  // Rows of the last millisecond may be cut in two, so the next page has them all.
  const unreadBefore = last === undefined ? undefined : justAfter(String(last));
  return { rows: Items, unreadBefore, lookedAt: ScannedCount };
}

const newest = (times: readonly (string | undefined)[]): string | undefined =>
  times.reduce(
    (latest, time) => (time !== undefined && (latest === undefined || time > latest) ? time : latest),
    undefined,
  );

const shifted = (iso: string, ms: number) => new Date(Date.parse(iso) + ms).toISOString();
const justBefore = (iso: string) => shifted(iso, -1);
const justAfter = (iso: string) => shifted(iso, 1);
