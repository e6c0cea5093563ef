// Limits how often passwords are tried at one link: ten failures in a quarter of an hour. A try is counted before it is
// checked, so that many at once are no way around.
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { WebDependencies } from "../dependencies.ts";
import { TooManyAttempts } from "../refusals.ts";

/** The limit. */
export const triesLimit = { tries: 10, windowSeconds: 15 * 60 } as const;

type Stores = Pick<WebDependencies, "db" | "names" | "now">;

/** The counter is in the table of links, for unknown links too: they look like any other. */
const keyOf = ({ now }: Stores, linkId: string) => ({
  id: `tries/${linkId}/${Math.floor(now() / 1000 / triesLimit.windowSeconds)}`,
});

/**
 * Counts a try. Answers a function that takes it back, for a try that succeeded.
 * @throws TooManyAttempts
 */
export async function countTry(deps: Stores, linkId: string): Promise<() => Promise<void>> {
  const Key = keyOf(deps, linkId);
  const { db, names, now } = deps;
  const count = new UpdateCommand({
    TableName: names.tables.links,
    Key,
    UpdateExpression: "SET expiresAt = :expiry ADD tries :one",
    ConditionExpression: "attribute_not_exists(tries) OR tries < :most",
    ExpressionAttributeValues: {
      ":one": 1,
      ":most": triesLimit.tries,
      ":expiry": Math.floor(now() / 1000) + 2 * triesLimit.windowSeconds,
    },
  });
  await db.send(count).catch((error: unknown) => {
    const full = error instanceof Error && error.name === "ConditionalCheckFailedException";
    throw full ? new TooManyAttempts() : error;
  });
  return async () => {
    const takeBack = { UpdateExpression: "ADD tries :less", ExpressionAttributeValues: { ":less": -1 } };
    await db.send(new UpdateCommand({ TableName: names.tables.links, Key, ...takeBack }));
  };
}
