// The conditions of a list on what no index has: told to DynamoDB, or applied to rows that were read by their keys.
import type { JobFilter } from "./filter.ts";
import type { RowFilter } from "./merge-partitions.ts";

/** Conditions on rows that no index has: what they are called, what they compare, and with which names. */
const conditions = {
  worker: { expression: "#owner = :worker", names: { "#owner": "owner" } },
  outcome: { expression: "#status = :outcome", names: { "#status": "status" } },
  reason: {
    expression: "(contains(cause, :reason) OR contains(#reason, :reason) OR contains(lastError, :reason))",
    names: { "#reason": "reason" },
  },
  name: {
    expression:
      "(contains(#result.#key, :name) OR contains(#result.#name, :name) OR contains(#group, :name))",
    names: { "#result": "result", "#key": "key", "#name": "name", "#group": "group" },
  },
} as const;
const conditionNames = Object.keys(conditions) as (keyof typeof conditions)[];

/** The conditions of a filter as DynamoDB takes them; undefined where it has none beyond what indexes know. */
export function rowFilterOf(filter: JobFilter): RowFilter | undefined {
  const asked = conditionNames.filter((name) => filter[name] !== undefined);
  if (asked.length === 0) return undefined;
  return {
    expression: asked.map((name) => conditions[name].expression).join(" AND "),
    names: Object.assign({}, ...asked.map((name) => conditions[name].names)),
    values: Object.fromEntries(asked.map((name) => [`:${name}`, filter[name]])),
  };
}

/** Whether a row that was read by its key meets the conditions of a filter. */
export function isMeant(row: Record<string, unknown>, { worker, reason, name }: JobFilter): boolean {
  const { key, name: shown } = (row.result ?? {}) as { key?: unknown; name?: unknown };
  return (
    (worker === undefined || row.owner === worker) &&
    (reason === undefined || `${row.reason} ${row.code} ${row.lastError}`.includes(reason)) &&
    (name === undefined || `${key} ${shown} ${row.group}`.includes(name))
  );
}
