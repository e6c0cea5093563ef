// Sessions: rows under the hash of their cookie. A session ends when nobody uses it, at its latest hour, by sign-out, and
// when an admin ends or blocks the person: the person's own row is read with every request.
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { BatchGetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { type PersonRow, personRowSchema } from "../../../worker/jobs/files/rows/person-row.ts";
import {
  type SignedInRow,
  sessionId,
  sessionRowSchema,
} from "../../../worker/jobs/files/rows/session-row.ts";
import type { WebDependencies } from "../dependencies.ts";
import type { Visitor } from "./visitor.ts";

/** A session ends after two hours without a request, and after twelve hours in any case. */
export const sessionLimits = { idleSeconds: 2 * 60 * 60, latestSeconds: 12 * 60 * 60 } as const;

/** A used session is prolonged at most this often, so that most requests write nothing. */
const prolongSeconds = 5 * 60;

type Stores = Pick<WebDependencies, "db" | "names" | "now" | "random">;

/** A new cookie's value. It names the person, so that session and person are read in one call; 256 bits are random. */
export function newCookie(person: string, { random }: Pick<WebDependencies, "random">): string {
  return `${Buffer.from(person).toString("base64url")}.${random(32).toString("base64url")}`;
}

const cookiePattern = /^([\w-]{1,200})\.([\w-]{43})$/;

/** Finds the person behind a cookie's value; undefined when it is unknown, ended or expired. One store call. */
export async function findVisitor(stores: Stores, cookie: string): Promise<Visitor | undefined> {
  const [, encoded] = cookiePattern.exec(cookie) ?? [];
  if (encoded === undefined) return undefined;
  const found = await readBoth(stores, sessionId(cookie), Buffer.from(encoded, "base64url").toString());
  if (found === undefined || !isAlive(found, stores.now())) return undefined;
  await prolong(stores, found.session);
  const { id, name, initials, address, admin } = found.person;
  return { id, name, initials, address, admin, sessionId: found.session.id, csrf: found.session.csrf };
}

type Both = { session: SignedInRow; person: PersonRow };

async function readBoth({ db, names }: Stores, id: string, person: string): Promise<Both | undefined> {
  const { sessions, people } = names.tables;
  if (person === "") return undefined;
  const { Responses = {}, UnprocessedKeys = {} } = await db.send(
    new BatchGetCommand({
      RequestItems: {
        [sessions]: { Keys: [{ id }], ConsistentRead: true },
        [people]: { Keys: [{ id: person }], ConsistentRead: true },
      },
    }),
  );
  if (Object.keys(UnprocessedKeys).length > 0) throw new Error("the session could not be read");
  const row = sessionRowSchema.safeParse(Responses[sessions]?.[0]).data;
  const owner = personRowSchema.safeParse(Responses[people]?.[0]).data;
  if (row?.kind !== "session" || owner === undefined || row.person !== owner.id) return undefined;
  return { session: row, person: owner };
}

function isAlive({ session, person }: Both, now: number): boolean {
  const ended = person.sessionsEndedAt !== undefined && session.createdAt <= person.sessionsEndedAt;
  return !ended && !person.blocked && session.expiresAt * 1000 > now;
}

/** When a session that is used now expires, in epoch seconds. */
export function sessionExpiry(createdAt: string, now: number): number {
  const latest = Date.parse(createdAt) / 1000 + sessionLimits.latestSeconds;
  return Math.floor(Math.min(latest, now / 1000 + sessionLimits.idleSeconds));
}

async function prolong({ db, names, now }: Stores, { id, createdAt, expiresAt }: SignedInRow): Promise<void> {
  const later = sessionExpiry(createdAt, now());
  if (later - expiresAt < prolongSeconds) return;
  const update = new UpdateCommand({
    TableName: names.tables.sessions,
    Key: { id },
    // A session that was ended meanwhile must not come back as a row.
    ConditionExpression: "attribute_exists(id)",
    UpdateExpression: "SET expiresAt = :later",
    ExpressionAttributeValues: { ":later": later },
  });
  await db.send(update).catch((error: unknown) => {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  });
}
