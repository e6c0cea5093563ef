// Checks rows that jobs read. During a rollout a row may have been written by a newer version, whose lists of words (states, origins,
// purposes) are longer than ours.
import type * as z from "zod";
import { NewerInput } from "../../engine/job/newer-input.ts";

/**
 * The row in an item.
 * @param what names the row in an error, e.g. `file 1a2b`
 * @throws NewerInput when all that does not fit are words which are not in our lists; the schema's error for anything else
 */
export function readRow<Schema extends z.ZodType>(
  schema: Schema,
  item: unknown,
  what: string,
): z.output<Schema> {
  const { success, data, error } = schema.safeParse(item);
  if (success) return data;
  const { issues } = error;
  if (!issues.every((issue) => isUnknownWord(issue, item))) throw error;
  const fields = issues.map(({ path }) => path.join(".")).join(", ");
  throw new NewerInput(`${what} may be newer than this worker, which does not know the value of ${fields}`);
}

/** True for a text where a list has other ones. Something else than a text, or nothing, is damage. */
function isUnknownWord(issue: z.core.$ZodIssue, item: unknown): boolean {
  const ofList =
    issue.code === "invalid_value" || (issue.code === "invalid_union" && issue.discriminator !== undefined);
  return ofList && typeof valueAt(item, issue.path) === "string";
}

const valueAt = (item: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, name) => (typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined),
    item,
  );
