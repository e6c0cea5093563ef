// What is kept of whom we write to: when the next answer may go out, and whether none may. One row an address, found by
// its hash.
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Effect, JobContext } from "../../../engine/job/handler.ts";
import { addressHash } from "./address.ts";

/** An answer a day, counted from the last. */
const answerEverySeconds = 24 * 60 * 60;

const row = z.object({
  /** ISO 8601, UTC. */
  answeredUntil: z.string().optional(),
  /** ISO 8601, UTC: since when nothing is sent there. */
  suppressedAt: z.string().optional(),
});

/** A correspondent; one nobody has written to is known by nothing. */
export type Correspondent = { answeredUntil?: string | undefined; suppressed: boolean };

/** What is kept of an address. */
export async function readCorrespondent(
  address: string,
  { db, names, signal }: Pick<JobContext, "db" | "names" | "signal">,
): Promise<Correspondent> {
  const Key = { id: addressHash(address) };
  const get = new GetCommand({ TableName: names.tables.correspondents, Key, ConsistentRead: true });
  const { answeredUntil, suppressedAt } = row.parse((await db.send(get, { abortSignal: signal })).Item ?? {});
  return { answeredUntil, suppressed: suppressedAt !== undefined };
}

/** Takes the day's one answer; refused where it is taken or the address has been suppressed meanwhile. */
export function takeAnswer(address: string, { names, now }: Pick<JobContext, "names" | "now">): Effect {
  const at = now();
  const until = at + answerEverySeconds * 1000;
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
