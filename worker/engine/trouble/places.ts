// Where a call goes: a service, the bucket, table or queue it names, and whether it reads or writes there. Pure.
import { readInsert } from "../../fleet/insert-statement.ts";
import type { Service } from "../../fleet/service-errors.ts";

/**
 * Reading or writing one resource of one service, e.g. a bucket of S3; a service without any has only the resource "". Reads may
 * work where writes do not: permissions and throughput are apart.
 */
export type Place = { service: Service; resource: string; access: "read" | "write" };

/** Identifies a place. */
export const keyOfPlace = ({ service, resource, access }: Place): string =>
  `${service} ${resource} ${access}`;

const reads = /^(Get|Head|Query|Scan|BatchGet|TransactGet|List|Receive)/;

/**
 * The places a call's input names; a transaction may name several tables.
 * @param command the SDK's name of the call, e.g. `GetItemCommand`
 */
export function placesOf(service: Service, command: string, input: unknown): Place[] {
  const access = reads.test(command) ? "read" : "write";
  const found = new Set(namesIn(input));
  return (found.size === 0 ? [""] : [...found]).map((resource) => ({ service, resource, access }));
}

function namesIn(input: unknown): string[] {
  if (typeof input !== "object" || input === null) return [];
  const fields = new Map(Object.entries(input));
  const url = fields.get("QueueUrl");
  const items: unknown = fields.get("TransactItems");
  return [
    ...[fields.get("Bucket"), fields.get("TableName")].filter((name) => typeof name === "string"),
    ...(typeof url === "string" ? [url.slice(url.lastIndexOf("/") + 1)] : []),
    ...keysOf(fields.get("RequestItems")),
    ...tablesOf(fields.get("Statements")),
    ...(Array.isArray(items) ? items.flatMap((item) => Object.values(item ?? {}).flatMap(namesIn)) : []),
  ];
}

const tablesOf = (statements: unknown): string[] =>
  Array.isArray(statements)
    ? statements.flatMap(({ Statement }) => readInsert(String(Statement))?.table ?? [])
    : [];

const keysOf = (value: unknown): string[] =>
  typeof value === "object" && value !== null ? Object.keys(value) : [];
