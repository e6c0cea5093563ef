// Reads the audit by its keys: days one after the other, or the entries of one person or one file. Never a scan.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { type AuditRow, auditRowSchema } from "../../../worker/jobs/files/rows/audit-row.ts";
import type { WebDependencies } from "../dependencies.ts";
import { type AuditSearch, daysOf } from "./search.ts";
import { actionWords, detailsText, rawDetailsText } from "./words.ts";

type Reading = Pick<WebDependencies, "db" | "names">;

/** A part of the list. `next` is where it goes on; `cut` says that more entries matched than were read. */
export type AuditPage = {
  entries: AuditRow[];
  next: { after?: string; skip?: number } | undefined;
  cut: boolean;
};

/** Entries that one request reads at most, whether they match or not. */
const mostRead = 5000;

/** Entries that one query reads. */
const batch = 500;

/** Reads one page. By time it goes on without an end; by another column it sorts the newest `mostRead` of the period. */
export async function readAuditPage(
  reading: Reading,
  search: AuditSearch,
  limit: number,
): Promise<AuditPage> {
  return search.sort === "time" ? pageByTime(reading, search, limit) : pageByColumn(reading, search, limit);
}

async function pageByTime(reading: Reading, search: AuditSearch, limit: number): Promise<AuditPage> {
  const entries: AuditRow[] = [];
  let [read, last] = [0, search.after];
  // Without a search everything that is read is shown, but for one entry that says that there are more.
  const atOnce = isSearch(search) ? batch : limit + 2;
  for await (const entry of entriesOf(reading, search, atOnce)) {
    const found = matches(entry, search);
    if (found && entries.length === limit) return { entries, next: { after: last ?? "" }, cut: false };
    if (found) entries.push(entry);
    last = entry.at;
    read += 1;
    if (read === mostRead) return { entries, next: { after: last }, cut: false };
  }
  return { entries, next: undefined, cut: false };
}

async function pageByColumn(reading: Reading, search: AuditSearch, limit: number): Promise<AuditPage> {
  const newest = { ...search, sort: "time", direction: "down", after: undefined } as const;
  const { found, cut } = await collect(reading, newest, mostRead);
  const sorted = found.sort((a, b) => sortedBy(a, search).localeCompare(sortedBy(b, search), "en"));
  if (search.direction === "down") sorted.reverse();
  const end = search.skip + limit;
  const next = sorted.length > end ? { skip: end } : undefined;
  return { entries: sorted.slice(search.skip, end), next, cut };
}

/** All matching entries of at most `most` read; `cut` when there were more. */
export async function collect(
  reading: Reading,
  search: AuditSearch,
  most: number,
): Promise<{ found: AuditRow[]; cut: boolean }> {
  const found: AuditRow[] = [];
  let read = 0;
  for await (const entry of entriesOf(reading, search)) {
    if (read === most) return { found, cut: true };
    read += 1;
    if (matches(entry, search)) found.push(entry);
  }
  return { found, cut: false };
}

function sortedBy(entry: AuditRow, { sort }: AuditSearch): string {
  if (sort === "action") return actionWords(entry.action);
  return (sort === "person" ? entry.actorName || entry.actor : entry.fileName) ?? "";
}

function matches(entry: AuditRow, { action, person, text }: AuditSearch): boolean {
  if (action !== undefined && entry.action !== action) return false;
  if (person !== undefined && entry.actor !== person) return false;
  if (text === undefined) return true;
  const all = [
    entry.actorName,
    entry.fileName,
    actionWords(entry.action),
    detailsText(entry),
    rawDetailsText(entry),
  ];
  return folded(all.join("\n")).includes(folded(text));
}

/** Whether some entries of the partitions that are read may not match. */
const isSearch = ({ action, person, file, text }: AuditSearch): boolean =>
  action !== undefined || text !== undefined || (person !== undefined && file !== undefined);

const folded = (text: string) => text.normalize("NFKC").toLowerCase();

type Partition = { index?: string; name: string; value: string };

/** The partitions that hold the period, in reading order. */
function partitionsOf(search: AuditSearch): Partition[] {
  if (search.file !== undefined) return [{ index: "byFile", name: "fileId", value: search.file }];
  if (search.person !== undefined) return [{ index: "byActor", name: "actor", value: search.person }];
  const days = daysOf(search).map((day) => ({ name: "day", value: day }));
  return search.direction === "down" ? days.reverse() : days;
}

/** The entries of the period in the order of time, after the search's place. */
async function* entriesOf(reading: Reading, search: AuditSearch, atOnce = batch): AsyncGenerator<AuditRow> {
  const down = search.direction === "down";
  const [first, last] = [search.from, `${search.to}T~`];
  const low = down ? first : (search.after ?? first);
  const high = down ? (search.after ?? last) : last;
  if (low > high) return;
  for (const partition of partitionsOf(search)) {
    const outside = partition.name === "day" && (`${partition.value}T~` < low || partition.value > high);
    if (outside) continue;
    for await (const entry of query(reading, partition, { low, high, down, atOnce }))
      if (entry.at !== search.after) yield entry;
  }
}

async function* query(
  { db, names }: Reading,
  { index, name, value }: Partition,
  { low, high, down, atOnce }: { low: string; high: string; down: boolean; atOnce: number },
): AsyncGenerator<AuditRow> {
  let from: Record<string, unknown> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await db.send(
      new QueryCommand({
        TableName: names.tables.audit,
        ...(index && { IndexName: index }),
        KeyConditionExpression: "#partition = :value AND #at BETWEEN :low AND :high",
        ExpressionAttributeNames: { "#partition": name, "#at": "at" },
        ExpressionAttributeValues: { ":value": value, ":low": low, ":high": high },
        ScanIndexForward: !down,
        Limit: atOnce,
        ...(from && { ExclusiveStartKey: from }),
      }),
    );
    for (const item of Items) yield auditRowSchema.parse(item);
    from = LastEvaluatedKey;
  } while (from !== undefined);
}
