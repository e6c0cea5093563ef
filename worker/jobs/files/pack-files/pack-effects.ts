// What a finished or an impossible archive changes, as effects of the ledger's transaction.
import { randomUUID } from "node:crypto";
import type { Effect, JobContext } from "../../../engine/job/handler.ts";
import type { Refusal } from "../../shared/decode-untrusted.ts";
import { abandonFile, audited, type FutureFile, putFile, takeQuota } from "../rows/effects.ts";
import { type FileRow, shardOf } from "../rows/file-row.ts";
import { storedKey } from "../rows/ids.ts";
import type { PackRow } from "../rows/pack-row.ts";
import type { FileSettings } from "../settings.ts";
import { archiveName } from "./archive-names.ts";
import type { Gathered } from "./gather-files.ts";
import type { WrittenArchive } from "./write-archive.ts";

/** A finished archive. */
export type Packed = Gathered & { row: PackRow; archive: WrittenArchive };

/** Names kept in the pack's row; the archive itself lists all. */
const namedMissing = 20;

/** The archive's row, the quota, the pack's row and the audit: one row for the pack, and one for each file of others. */
export function packedEffects(
  { row, archive, present, missing }: Packed,
  limits: Pick<FileSettings, "quotaBytes" | "fileHours">,
  context: JobContext,
): Effect[] {
  const { names, now } = context;
  const file = archiveRow({ row, archive, present }, limits, context);
  const { id: fileId, name: packName } = file;
  const actor = { actor: row.owner, actorName: row.ownerName };
  const details = { bytes: archive.bytes, files: present.length, missing: missing.length };
  const packed = { ...actor, action: "pack", owner: row.owner, fileId, fileName: packName, details } as const;
  const foreign = present.filter(({ owner }) => owner !== row.owner);
  return [
    putFile(names, file),
    takeQuota(names, file, limits.quotaBytes),
    endPack(row, { state: "ready", fileId, missing: missing.slice(0, namedMissing) }, context),
    audited(names, packed, now(), randomUUID()),
    ...foreign.map(({ id, owner, name: fileName }) => {
      const download = { ...actor, action: "download", owner, fileId: id, fileName } as const;
      return audited(names, { ...download, details: { pack: fileId } }, now(), randomUUID());
    }),
  ];
}

/** The pack's row says why there is no archive. What was written of it is swept. */
export const failedEffects = (row: PackRow, { reason }: Refusal, context: JobContext): Effect[] => [
  endPack(row, { state: "failed", reason }, context),
  abandonFile(context.names, futureArchive(row), context.now()),
];

/** The archive as a file. Its id is the pack's own, which is as random and used by nothing else. */
export const futureArchive = ({ id, owner, name }: PackRow): FutureFile => ({
  id,
  owner,
  name: archiveName(name),
  folder: "",
  origin: "pack",
});

/** An archive ends with the first of its files, so that no file outlives its expiry in it. */
function archiveRow(
  { row, archive, present }: Omit<Packed, "missing">,
  { fileHours }: Pick<FileSettings, "fileHours">,
  { names, now }: JobContext,
): FileRow {
  const usual = new Date(now() + fileHours * 60 * 60 * 1000).toISOString();
  const expiresAt = present
    .map((file) => file.expiresAt)
    .reduce((first, at) => (at < first ? at : first), usual);
  const file = futureArchive(row);
  return {
    ...file,
    bytes: archive.bytes,
    contentType: "application/zip",
    checksum: archive.checksum,
    bucket: names.buckets.secure,
    key: storedKey(file.id),
    versionId: archive.versionId,
    createdAt: new Date(now()).toISOString(),
    expiresAt,
    dueAt: expiresAt,
    state: "ready",
    sharedWith: 0,
    downloads: 0,
    version: 1,
    shard: shardOf(file.id),
  };
}

function endPack({ id }: PackRow, changes: Partial<PackRow>, { names }: JobContext): Effect {
  const fields = Object.keys(changes);
  return {
    Update: {
      TableName: names.tables.packs,
      Key: { id },
      UpdateExpression: `SET ${fields.map((field) => `#${field} = :${field}`).join(", ")}`,
      ConditionExpression: "#state = :waiting",
      ExpressionAttributeNames: Object.fromEntries(fields.map((field) => [`#${field}`, field])),
      ExpressionAttributeValues: {
        ":waiting": "waiting",
        ...Object.fromEntries(Object.entries(changes).map(([field, value]) => [`:${field}`, value])),
      },
    },
  };
}
