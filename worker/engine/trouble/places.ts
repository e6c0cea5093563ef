// Where a call goes: a service and the bucket, table or queue it names. Pure.
import type { Service } from "./error-table.ts";

/** One resource of one service, e.g. a bucket of S3; SES and others have only the resource "". */
export type Place = { service: Service; resource: string };

/** Identifies a place. */
export const keyOfPlace = ({ service, resource }: Place): string => `${service} ${resource}`;

/** The places a call's input names; a transaction may name several tables. */
export function placesOf(service: Service, input: unknown): Place[] {
  const found = new Set(namesIn(input));
  return (found.size === 0 ? [""] : [...found]).map((resource) => ({ service, resource }));
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
    ...(Array.isArray(items) ? items.flatMap((item) => Object.values(item ?? {}).flatMap(namesIn)) : []),
  ];
}

const keysOf = (value: unknown): string[] =>
  typeof value === "object" && value !== null ? Object.keys(value) : [];
