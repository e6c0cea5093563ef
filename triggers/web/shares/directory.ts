// The directory: everyone who has signed in, for the picker. Oneself and people who were shut out are left out.
import { QueryCommand, type QueryCommandOutput } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import {
  directoryPartition,
  type PersonRow,
  personRowSchema,
} from "../../../worker/jobs/files/rows/person-row.ts";
import { batchGet } from "../../shared/batch-get.ts";
import type { WebDependencies } from "../dependencies.ts";

/** A person in the picker. */
export const entrySchema = z.object({
  id: z.string(),
  name: z.string(),
  initials: z.string(),
  address: z.string(),
});

export type Entry = z.infer<typeof entrySchema>;

/** The most people that a search looks at, and that it answers. */
export const directoryLimits = { searched: 5000, answered: 50 } as const;

/** People whose name or address contains the text, in the order of their names. */
export async function searchDirectory(deps: WebDependencies, self: string, search: string): Promise<Entry[]> {
  const wanted = search.trim().toLowerCase();
  const found: Entry[] = [];
  let read = 0;
  let start: QueryCommandOutput["LastEvaluatedKey"];
  do {
    const page = await pageOf(deps, start);
    read += page.people.length;
    start = page.next;
    for (const { id, name, initials, address, blocked } of page.people) {
      const matches = `${name} ${address}`.toLowerCase().includes(wanted);
      if (id !== self && !blocked && matches) found.push({ id, name, initials, address });
    }
  } while (start !== undefined && read < directoryLimits.searched && found.length < directoryLimits.answered);
  return found.slice(0, directoryLimits.answered);
}

async function pageOf({ db, names }: WebDependencies, start: QueryCommandOutput["LastEvaluatedKey"]) {
  const query = new QueryCommand({
    TableName: names.tables.people,
    IndexName: "directory",
    KeyConditionExpression: "fleet = :fleet",
    ExpressionAttributeValues: { ":fleet": directoryPartition },
    ...(start && { ExclusiveStartKey: start }),
  });
  const { Items = [], LastEvaluatedKey } = await db.send(query);
  return { people: Items.map((item) => personRowSchema.parse(item)), next: LastEvaluatedKey };
}

/** The people with these ids; unknown ones are left out. */
export async function readPeople(
  { db, names }: WebDependencies,
  ids: readonly string[],
): Promise<Map<string, PersonRow>> {
  const unique = [...new Set(ids)];
  if (unique.length === 0) return new Map();
  const found = await batchGet(db, { [names.tables.people]: unique.map((id) => ({ id })) });
  const rows = (found[names.tables.people] ?? []).map((item) => personRowSchema.parse(item));
  return new Map(rows.map((row) => [row.id, row]));
}
