// The sessions of one person, for admins.
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { PersonRow } from "../../../worker/jobs/files/rows/person-row.ts";
import { sessionRowSchema } from "../../../worker/jobs/files/rows/session-row.ts";
import type { WebDependencies } from "../dependencies.ts";
import { sessionLimits } from "./sessions.ts";

/** A session that opens pages now. Both times in ISO 8601. */
export type OpenSession = { began: string; ends: string };

/** The most sessions that are listed. */
const shownSessions = 100;

/** The newest open sessions of a person. Those that began too long ago to be open are not read. */
export async function listSessions(
  { db, names, now }: Pick<WebDependencies, "db" | "names" | "now">,
  { id, blocked, sessionsEndedAt = "" }: PersonRow,
): Promise<OpenSession[]> {
  if (blocked) return [];
  const { Items = [] } = await db.send(
    new QueryCommand({
      TableName: names.tables.sessions,
      IndexName: "byPerson",
      KeyConditionExpression: "person = :person AND createdAt > :since",
      ExpressionAttributeValues: {
        ":person": id,
        ":since": new Date(now() - sessionLimits.latestSeconds * 1000).toISOString(),
      },
      ScanIndexForward: false,
      Limit: shownSessions,
    }),
  );
  return Items.flatMap((item) => {
    const row = sessionRowSchema.parse(item);
    const open = row.createdAt > sessionsEndedAt && row.expiresAt * 1000 > now();
    return open ? [{ began: row.createdAt, ends: new Date(row.expiresAt * 1000).toISOString() }] : [];
  });
}
