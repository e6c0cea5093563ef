// Begins and ends sessions: row, person and audit in one transaction.
import { directoryPartition } from "../../../worker/jobs/files/rows/person-row.ts";
import { type SignedInRow, sessionId } from "../../../worker/jobs/files/rows/session-row.ts";
import { auditPut } from "../audit/write.ts";
import type { WebDependencies } from "../dependencies.ts";
import { commit, NotCommitted } from "../store/commit.ts";
import { initialsOf } from "./initials.ts";
import { newCookie, sessionExpiry } from "./sessions.ts";
import type { Claims } from "./sign-in.ts";
import type { Visitor } from "./visitor.ts";

/** The provider's group whose members are admins. */
const adminGroup = "admins";

type Stores = Pick<WebDependencies, "db" | "names" | "now" | "random">;

/** The session that the browser had before ends with the new one's beginning. */
export type NewSession = { claims: Claims; idToken: string; replaces: string | undefined };

/**
 * Signs a person in. Always under a new cookie, so that one planted before is worth nothing.
 * @returns the cookie's value; undefined when an admin has blocked the person
 */
export async function openSession(stores: Stores, opened: NewSession): Promise<string | undefined> {
  const { db, names, now } = stores;
  const { claims, replaces } = opened;
  const cookie = newCookie(claims.subject, stores);
  const createdAt = new Date(now()).toISOString();
  const row: SignedInRow = {
    id: sessionId(cookie),
    kind: "session",
    person: claims.subject,
    csrf: stores.random(24).toString("base64url"),
    idToken: opened.idToken,
    createdAt,
    expiresAt: sessionExpiry(createdAt, now()),
  };
  const audited = { action: "sign-in", actor: claims.subject, actorName: claims.name } as const;
  const ended =
    replaces === undefined ? [] : [{ Delete: sessionKey(names.tables.sessions, sessionId(replaces)) }];
  try {
    await commit(db, [
      { Update: personUpdate(names.tables.people, claims, createdAt) },
      { Put: { TableName: names.tables.sessions, Item: row } },
      { Put: auditPut(stores, audited) },
      ...ended,
    ]);
    return cookie;
  } catch (error) {
    if (error instanceof NotCommitted) return undefined;
    throw error;
  }
}

const sessionKey = (table: string, id: string) => ({ TableName: table, Key: { id } });

/** Brings the directory's entry up to date, unless the person is blocked. */
function personUpdate(table: string, { subject, name, address, groups }: Claims, signedInAt: string) {
  return {
    TableName: table,
    Key: { id: subject },
    ConditionExpression: "attribute_not_exists(blocked) OR blocked = :no",
    UpdateExpression:
      "SET #name = :name, address = :address, initials = :initials, admin = :admin, signedInAt = :at, fleet = :fleet",
    ExpressionAttributeNames: { "#name": "name" },
    ExpressionAttributeValues: {
      ":no": false,
      ":name": name,
      ":address": address,
      ":initials": initialsOf(name, address),
      ":admin": groups.includes(adminGroup),
      ":at": signedInAt,
      ":fleet": directoryPartition,
    },
  };
}

/** Signs a person out of one session. Repeating it changes nothing but adds a line to the audit. */
export async function closeSession(stores: Stores, { id, name, sessionId: session }: Visitor): Promise<void> {
  const audited = { action: "sign-out", actor: id, actorName: name } as const;
  await commit(stores.db, [
    { Delete: sessionKey(stores.names.tables.sessions, session) },
    { Put: auditPut(stores, audited) },
  ]);
}
