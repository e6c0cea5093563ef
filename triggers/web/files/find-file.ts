// Whether a person may see a file: their own, or shared with them, and only until it ends. Every refusal looks the same,
// costs the same store calls and is audited.
import type { AuditedAction } from "../../../worker/jobs/files/rows/audit-row.ts";
import { type FileRow, fileRowSchema, isAvailable } from "../../../worker/jobs/files/rows/file-row.ts";
import { fileIdSchema } from "../../../worker/jobs/files/rows/ids.ts";
import { type ShareRow, shareRowSchema } from "../../../worker/jobs/files/rows/share-row.ts";
import { batchGet } from "../../shared/batch-get.ts";
import type { Visitor } from "../access/visitor.ts";
import { audit } from "../audit/write.ts";
import type { WebDependencies } from "../dependencies.ts";
import { NotFound } from "../refusals.ts";

/** A file as one person may see it. */
export type SeenFile = { file: FileRow; mine: boolean; ownerName: string };

type Person = Pick<Visitor, "id" | "name">;

/**
 * The file, when the person owns it or it is shared with them. One store call.
 * @throws NotFound
 */
export async function readableFile(deps: WebDependencies, person: Person, id: string): Promise<SeenFile> {
  const { file, share } = await read(deps, person, id);
  if (file === undefined || !isAvailable(file, deps.now())) return refuse(deps, person, id, file);
  if (file.owner === person.id) return { file, mine: true, ownerName: person.name };
  if (share?.owner !== file.owner) return refuse(deps, person, id, file);
  return { file, mine: false, ownerName: share.ownerName };
}

/**
 * The file, when the person owns it. One store call.
 * @throws NotFound
 */
export async function ownFile(deps: WebDependencies, person: Person, id: string): Promise<FileRow> {
  const { file } = await read(deps, person, id);
  if (file?.owner !== person.id || !isAvailable(file, deps.now())) return refuse(deps, person, id, file);
  return file;
}

async function read(
  { db, names }: WebDependencies,
  { id: person }: Person,
  fileId: string,
): Promise<{ file: FileRow | undefined; share: ShareRow | undefined }> {
  if (!fileIdSchema.safeParse(fileId).success) return { file: undefined, share: undefined };
  const { files, shares } = names.tables;
  const keys = { [files]: [{ id: fileId }], [shares]: [{ person, fileId }] };
  const found = await batchGet(db, keys);
  return {
    file: fileRowSchema.safeParse(found[files]?.[0]).data,
    share: shareRowSchema.safeParse(found[shares]?.[0]).data,
  };
}

async function refuse(
  deps: WebDependencies,
  { id: actor, name: actorName }: Person,
  id: string,
  file: FileRow | undefined,
): Promise<never> {
  const known = file && { owner: file.owner, fileName: file.name };
  const action: AuditedAction = {
    action: "refused-access",
    actor,
    actorName,
    fileId: id.slice(0, 64),
    ...known,
  };
  await audit(deps, action);
  throw new NotFound();
}
