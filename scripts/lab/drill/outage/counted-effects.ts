// What the fleet's own tables say came of a mixed load: each completed input must have been counted exactly once.
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import type { TableName } from "../../../../worker/fleet/tables.ts";
import { readCounts } from "../../../../worker/jobs/words/read-counts.ts";
import type { Target } from "../../../submit/target.ts";
import type { MixLabels } from "./labels.ts";

type Tables = Pick<Target, "db" | "names">;

/** What each text adds to the count of its word: count-words adds 1, multiply-words 10. */
const perText = 11;

/** Effects by kind of input. A text that was counted by one job only makes a broken number. */
export type CountedEffects = { pictures: number; texts: number; files: number; mails: number };

/**
 * Counts pictures in their albums, texts by their word, files in their owners' quotas, and submissions of mails.
 * @param submissions ids that the jobs of the mails gave
 */
export async function countedEffects(
  tables: Tables,
  labels: MixLabels,
  submissions: Iterable<string>,
): Promise<CountedEffects> {
  const counts = await readCounts(tables, [labels.word]);
  return {
    pictures: await sumOf(tables, "albums", labels.albums, ({ pictures }) => pictures),
    texts: (counts.get(labels.word) ?? 0) / perText,
    files: await sumOf(tables, "quotas", labels.owners, ({ files }) => files),
    mails: await sumOf(tables, "submissions", submissions, ({ id }) => (id === undefined ? 0 : 1)),
  };
}

/** Adds up a figure of some rows; a row that does not exist adds nothing. */
async function sumOf(
  { db, names }: Tables,
  table: TableName,
  ids: Iterable<string>,
  figureOf: (row: Record<string, unknown>) => unknown,
): Promise<number> {
  const key = { albums: "album", quotas: "person" }[table as string] ?? "id";
  let sum = 0;
  for (const id of ids) {
    const get = new GetCommand({ TableName: names.tables[table], Key: { [key]: id }, ConsistentRead: true });
    sum += Number(figureOf((await db.send(get)).Item ?? {}) ?? 0);
  }
  return sum;
}
