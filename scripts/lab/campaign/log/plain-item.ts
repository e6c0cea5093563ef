// DynamoDB's typed JSON as plain values, as far as the oracle needs them.
import { unmarshall } from "@aws-sdk/util-dynamodb";

/** A typed item as a plain one. Anything else becomes an empty item. */
export function plainItem(typed: unknown): Record<string, unknown> {
  if (typed === null || typeof typed !== "object") return {};
  return unmarshall(typed as Parameters<typeof unmarshall>[0]);
}
