// What is stored about an address that we write to: when it may get the next answer, and whether it may get any. One row
// per address, found by its hash.
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Effect, JobContext } from "../../../engine/job/handler.ts";
import { addressHash } from "./address.ts";

/** An address gets at most one answer in this time. */
const answerIntervalSeconds = 24 * 60 * 60;

const row = z.object({
  /** ISO 8601, UTC. */
  answeredUntil: z.string().optional(),
  /** ISO 8601, UTC: nothing is sent to the address since then. */
  suppressedAt: z.string().optional(),
});

/** A correspondent. `answeredUntil` is absent until the first answer. */
export type Correspondent = { answeredUntil?: string | undefined; suppressed: boolean };

/** Reads what is stored about an address. */
export async function readCorrespondent(
  address: string,
  { db, names, signal }: Pick<JobContext, "db" | "names" | "signal">,
): Promise<Correspondent> {
  const Key = { id: addressHash(address) };
  const get = new GetCommand({ TableName: names.tables.correspondents, Key, ConsistentRead: true });
  const { answeredUntil, suppressedAt } = row.parse((await db.send(get, { abortSignal: signal })).Item ?? {});
  return { answeredUntil, suppressed: suppressedAt !== undefined };
}

/** Uses up the day's answer. Refused when it is used up already or the address is suppressed. */
export function takeAnswer(address: string, { names, now }: Pick<JobContext, "names" | "now">): Effect {
  const at = now();
  const until = at + answerIntervalSeconds * 1000;
  return {
    Update: {
      TableName: names.tables.correspondents,
      Key: { id: addressHash(address) },
      UpdateExpression: "SET answeredUntil = :until, expiresAt = :expires",
      ConditionExpression:
        "attribute_not_exists(suppressedAt) AND (attribute_not_exists(answeredUntil) OR answeredUntil <= :now)",
      ExpressionAttributeValues: {
        ":until": new Date(until).toISOString(),
        ":now": new Date(at).toISOString(),
        ":expires": Math.ceil(until / 1000),
      },
    },
  };
}
