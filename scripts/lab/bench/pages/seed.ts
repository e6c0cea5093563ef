// What is there before people come: everyone has files, of which some are shared and some have links, and a session.
import { randomBytes } from "node:crypto";
import { BatchWriteCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { newCookie } from "../../../../triggers/web/access/sessions.ts";
import type { WebDependencies } from "../../../../triggers/web/dependencies.ts";
import { type FileRow, shardOf } from "../../../../worker/jobs/files/rows/file-row.ts";
import { idBytes, idFrom, storedKey } from "../../../../worker/jobs/files/rows/ids.ts";
import { type LinkRow, linkId } from "../../../../worker/jobs/files/rows/link-row.ts";
import { directoryPartition, type PersonRow } from "../../../../worker/jobs/files/rows/person-row.ts";
import { type SignedInRow, sessionId } from "../../../../worker/jobs/files/rows/session-row.ts";
import type { Person } from "./mix.ts";

type Stores = Pick<WebDependencies, "db" | "names" | "random">;

/** Files of each person; every fifth is shared with the next one, and every fourth has a link. */
const filesEach = 20;
const hourMs = 3_600_000;

/** Makes people with their files. The first of every ten is an admin. */
export async function seedPeople(stores: Stores, count: number): Promise<Person[]> {
  const people: Person[] = [];
  for (let index = 0; index < count; index += 1) people.push(await seedPerson(stores, index, count));
  return people;
}

const idOf = (index: number) => `person-${index}`;

async function seedPerson(stores: Stores, index: number, count: number): Promise<Person> {
  const { db, names, random } = stores;
  const id = idOf(index);
  const admin = index % 10 === 0;
  const cookie = newCookie(id, { random });
  const csrf = random(16).toString("base64url");
  const createdAt = new Date().toISOString();
  const entry: PersonRow = {
    ...{ id, name: `Person ${index}`, initials: "PN", address: `${id}@example.org`, admin },
    ...{ signedInAt: createdAt, blocked: false, fleet: directoryPartition },
  };
  const expiresAt = Math.floor(Date.now() / 1000) + 12 * 3600;
  const session: SignedInRow = {
    ...{ id: sessionId(cookie), kind: "session", person: id, csrf, createdAt, expiresAt },
  };
  await db.send(new PutCommand({ TableName: names.tables.people, Item: entry }));
  await db.send(new PutCommand({ TableName: names.tables.sessions, Item: session }));
  const files = Array.from({ length: filesEach }, (_, at) => fileRow(stores, id, at));
  await put(stores, names.tables.files, files);
  const reader = idOf((index + 1) % count);
  await put(
    stores,
    names.tables.shares,
    files.filter((_, at) => at % 5 === 0).map((file) => shareRow(file, reader)),
  );
  const links = files.filter((_, at) => at % 4 === 0).map((file) => linkRow(file));
  await put(
    stores,
    names.tables.links,
    links.map(({ row }) => row),
  );
  return {
    cookie: `fleet=${cookie}`,
    csrf,
    admin,
    files: files.map((file) => file.id),
    links: links.map(({ token }) => token),
  };
}

async function put({ db }: Stores, table: string, rows: readonly object[]): Promise<void> {
  const requests = rows.map((Item) => ({ PutRequest: { Item: { ...Item } } }));
  await db.send(new BatchWriteCommand({ RequestItems: { [table]: requests } }));
}

function fileRow({ names }: Stores, owner: string, at: number): FileRow {
  const id = idFrom(randomBytes(idBytes));
  const expiresAt = new Date(Date.now() + (1 + at) * hourMs).toISOString();
  return {
    ...{ id, owner, listedFor: owner, name: `report ${at}.pdf`, folder: at % 3 === 0 ? "2026/reports" : "" },
    ...{ bytes: 100_000 + at, contentType: "application/pdf", origin: "upload", state: "ready" },
    checksum: { algorithm: "SHA256", value: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" },
    ...{ bucket: names.buckets.secure, key: storedKey(id), versionId: "A".repeat(32) },
    createdAt: new Date(Date.now() - at * 60_000).toISOString(),
    ...{ expiresAt, dueAt: expiresAt, sharedWith: at % 5 === 0 ? 1 : 0, downloads: 0, version: 1 },
    shard: shardOf(id),
  };
}

const secondsOf = (iso: string) => Math.floor(Date.parse(iso) / 1000);

const shareRow = ({ id, owner, expiresAt, createdAt }: FileRow, person: string) => ({
  ...{ person, fileId: id, owner, ownerName: owner, personName: person, sharedAt: createdAt },
  expiresAt: secondsOf(expiresAt),
});

function linkRow({ id: fileId, owner, name, createdAt, expiresAt }: FileRow): {
  row: LinkRow;
  token: string;
} {
  const token = randomBytes(16).toString("base64url");
  const row: LinkRow = {
    ...{ id: linkId(token), kind: "file", owner, ownerName: owner, fileId, name, downloads: 0, createdAt },
    expiresAt: secondsOf(expiresAt),
  };
  return { row, token };
}
