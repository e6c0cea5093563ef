// The directory, and what admins do to people in it.
import { DeleteCommand, GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { AuditAction } from "../../../worker/jobs/files/rows/audit-row.ts";
import {
  directoryPartition,
  type PersonRow,
  personRowSchema,
} from "../../../worker/jobs/files/rows/person-row.ts";
import { auditPut } from "../audit/write.ts";
import type { WebDependencies } from "../dependencies.ts";
import { NotFound } from "../refusals.ts";
import { commit } from "../store/commit.ts";

type Stores = Pick<WebDependencies, "db" | "names" | "now" | "random">;
type Reading = Pick<WebDependencies, "db" | "names">;

/** Who acts. */
export type Actor = { id: string; name: string };

/** More people than one directory shows; beyond that the provider's own console is the tool. */
const mostPeople = 5000;

/** Everybody who has signed in at least once, by name. Reads the directory's one partition, page by page. */
export async function listPeople({ db, names }: Reading): Promise<PersonRow[]> {
  const people: PersonRow[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await db.send(
      new QueryCommand({
        TableName: names.tables.people,
        IndexName: "directory",
        KeyConditionExpression: "fleet = :fleet",
        ExpressionAttributeValues: { ":fleet": directoryPartition },
        ...(from && { ExclusiveStartKey: from }),
      }),
    );
    people.push(...Items.map((item) => personRowSchema.parse(item)));
    from = LastEvaluatedKey;
  } while (from !== undefined && people.length < mostPeople);
  return people.sort((a, b) => a.name.localeCompare(b.name, "en"));
}

/** One person of the directory. */
export async function findPerson({ db, names }: Reading, id: string): Promise<PersonRow | undefined> {
  const { Item } = await db.send(new GetCommand({ TableName: names.tables.people, Key: { id } }));
  return Item === undefined ? undefined : personRowSchema.parse(Item);
}

/**
 * Ends all sessions of a person at once: one write on the person's row, which every request reads.
 * @throws NotFound
 */
export async function endSessions(stores: Stores, asked: { person: string; by: Actor }): Promise<void> {
  await changePerson(stores, { ...asked, action: "end-sessions", blocked: undefined });
}

/**
 * Blocks a person, which ends their sessions, or lets them in again.
 * @throws NotFound
 */
export async function setBlocked(
  stores: Stores,
  asked: { person: string; blocked: boolean; by: Actor },
): Promise<void> {
  await changePerson(stores, { ...asked, action: asked.blocked ? "block-person" : "unblock-person" });
}

async function changePerson(
  stores: Stores,
  change: { person: string; by: Actor; action: AuditAction; blocked: boolean | undefined },
): Promise<void> {
  const { db, names, now } = stores;
  const { person, by, action, blocked } = change;
  const found = await findPerson(stores, person);
  if (found === undefined) throw new NotFound();
  const update = {
    TableName: names.tables.people,
    Key: { id: person },
    ConditionExpression: "attribute_exists(id)",
    UpdateExpression: `SET sessionsEndedAt = :now${blocked === undefined ? "" : ", blocked = :blocked"}`,
    ExpressionAttributeValues: {
      ":now": new Date(now()).toISOString(),
      ...(blocked !== undefined && { ":blocked": blocked }),
    },
  };
  const details = { person, name: found.name };
  const audited = { action, actor: by.id, actorName: by.name, details };
  await commit(db, [{ Update: update }, { Put: auditPut(stores, audited) }]);
  await removeSessions(stores, person);
}

/** Removes the rows, which open nothing any more. */
async function removeSessions({ db, names }: Stores, person: string): Promise<void> {
  const { Items = [] } = await db.send(
    new QueryCommand({
      TableName: names.tables.sessions,
      IndexName: "byPerson",
      KeyConditionExpression: "person = :person",
      ExpressionAttributeValues: { ":person": person },
    }),
  );
  for (const { id } of Items)
    await db.send(new DeleteCommand({ TableName: names.tables.sessions, Key: { id } }));
}
