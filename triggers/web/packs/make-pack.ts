// Asks for an archive of several files. A job makes it; it then appears among the person's files.
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { packFiles } from "../../../worker/jobs/files/pack-files/job.ts";
import type { AuditedAction } from "../../../worker/jobs/files/rows/audit-row.ts";
import { audited } from "../../../worker/jobs/files/rows/effects.ts";
import { type FileRow, fileRowSchema, isAvailable } from "../../../worker/jobs/files/rows/file-row.ts";
import { fileIdSchema, idBytes, idFrom } from "../../../worker/jobs/files/rows/ids.ts";
import { type PackRow, packLimits, packRowSchema } from "../../../worker/jobs/files/rows/pack-row.ts";
import { type ShareRow, shareRowSchema } from "../../../worker/jobs/files/rows/share-row.ts";
import { outboxEffect } from "../../../worker/jobs/outbox/outbox-effect.ts";
import { batchGet } from "../../shared/batch-get.ts";
import type { Visitor } from "../access/visitor.ts";
import type { WebDependencies } from "../dependencies.ts";
import { InvalidField, NotFound } from "../refusals.ts";
import { commit } from "../store/commit.ts";

type Person = Pick<Visitor, "id" | "name">;

/** A pack's row is kept this long. The archive is a file and lives like any other. */
const keepPackSeconds = 7 * 24 * 60 * 60;

/**
 * Asks for an archive of files that the person may read. Row, job and audit row are one transaction.
 * @throws NotFound when one of them is not readable, InvalidField
 */
export async function makePack(
  deps: WebDependencies,
  person: Person,
  fileIds: readonly string[],
): Promise<PackRow> {
  const ids = [...new Set(fileIds)];
  const files = await readableFiles(deps, person, ids);
  if (files.length < ids.length) throw new NotFound();
  if (files.filter(({ owner }) => owner !== person.id).length > packLimits.ofOthers)
    throw new InvalidField("files", `takes at most ${packLimits.ofOthers} files of other people`);
  const row = packRow(deps, person, ids);
  const cause = { names: deps.names, now: deps.now, jobId: `pack/${row.id}`, traceId: row.id };
  await commit(deps.db, [
    {
      Put: { TableName: deps.names.tables.packs, Item: row, ConditionExpression: "attribute_not_exists(id)" },
    },
    outboxEffect(packFiles, { packId: row.id, owner: person.id }, cause),
    audited(deps.names, packAction(person, row), deps.now(), deps.random(9).toString("base64url")),
  ]);
  return row;
}

const packAction = ({ id, name }: Person, pack: PackRow): AuditedAction => ({
  action: "pack",
  actor: id,
  actorName: name,
  owner: id,
  fileName: pack.name,
  details: { pack: pack.id, files: pack.fileIds.length },
});

function packRow({ now, random }: WebDependencies, person: Person, fileIds: string[]): PackRow {
  const createdAt = new Date(now()).toISOString();
  return {
    id: idFrom(random(idBytes)),
    owner: person.id,
    ownerName: person.name,
    fileIds,
    name: `files ${createdAt.slice(0, 10)} ${createdAt.slice(11, 16).replace(":", ".")}.zip`,
    state: "waiting",
    createdAt,
    expiresAt: Math.floor(now() / 1000) + keepPackSeconds,
  };
}

/** Those of the files that the person may read now. */
async function readableFiles(
  { db, names, now }: WebDependencies,
  { id: person }: Person,
  ids: readonly string[],
): Promise<FileRow[]> {
  const known = ids.filter((id) => fileIdSchema.safeParse(id).success);
  if (known.length === 0) return [];
  const { files, shares } = names.tables;
  const found = await batchGet(db, {
    [files]: known.map((id) => ({ id })),
    [shares]: known.map((fileId) => ({ person, fileId })),
  });
  const owners = new Map(
    (found[shares] ?? [])
      .map((item): ShareRow => shareRowSchema.parse(item))
      .map(({ fileId, owner }) => [fileId, owner]),
  );
  return (found[files] ?? [])
    .map((item) => fileRowSchema.parse(item))
    .filter((file) => isAvailable(file, now()))
    .filter(({ id, owner }) => owner === person || owners.get(id) === owner);
}

/** A pack of one's own. @throws NotFound */
export async function ownPack(
  { db, names }: WebDependencies,
  { id: person }: Person,
  id: string,
): Promise<PackRow> {
  const get = new GetCommand({ TableName: names.tables.packs, Key: { id }, ConsistentRead: true });
  const row = packRowSchema.safeParse((await db.send(get)).Item).data;
  if (row?.owner !== person) throw new NotFound();
  return row;
}
