// Handler of pack-files: several files become one archive, which is stored as a file of the person who asked for it.
//
// The archive is streamed from S3 to S3 and kept nowhere. Its key belongs to this job alone; a run that is repeated writes
// another version, the row names the one that counts, and all versions are deleted when the file ends. A file that has ended, or is no longer shared, since the archive was asked for is left out and
// named in a text file in the archive.
import type { PayloadOf } from "../../../engine/job/define-job.ts";
import type { ComputedEffects, Handler, JobContext, JobResult } from "../../../engine/job/handler.ts";
import { InputRejected } from "../../../engine/job/input-rejected.ts";
import { beginFile } from "../rows/effects.ts";
import type { FileSettings } from "../settings.ts";
import { readPack } from "../shared/read-rows.ts";
import { gatherFiles } from "./gather-files.ts";
import type { packFiles } from "./job.ts";
import { failedEffects, futureArchive, packedEffects } from "./pack-effects.ts";
import { refusals } from "./refusals.ts";
import { type ArchiveFormat, usualFormat, writeArchive } from "./write-archive.ts";

type Payload = PayloadOf<typeof packFiles>;

/** The limits that the handler needs. */
export type PackLimits = Pick<FileSettings, "maxFileBytes" | "quotaBytes" | "fileHours">;

/** Makes the handler. */
export function packFilesHandler(limits: PackLimits, format: ArchiveFormat = usualFormat): Handler<Payload> {
  return { run: (payload, context) => pack(payload, { limits, format }, context) };
}

async function pack(
  payload: Payload,
  { limits, format }: { limits: PackLimits; format: ArchiveFormat },
  context: JobContext,
): Promise<JobResult> {
  const row = await readPack(payload.packId, context);
  if (row === undefined) throw new InputRejected("not-asked", refusals.notAsked().reason);
  if (row.state !== "waiting") return { effects: [], result: { packId: row.id, state: row.state } };
  const refuse = (refusal: { code: string; reason: string }) =>
    new InputRejected(refusal.code, refusal.reason, { effects: failedEffects(row, refusal, context) });
  const { present, missing } = await gatherFiles(row, context);
  if (present.length === 0) throw refuse(refusals.nothingLeft());
  const bytes = present.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > limits.maxFileBytes) throw refuse(refusals.tooManyBytes(limits.maxFileBytes));
  if (bytes > limits.quotaBytes) throw refuse(refusals.overQuota(limits.quotaBytes));
  const { id: fileId } = futureArchive(row);
  await context.mark([beginFile(context.names, futureArchive(row), context.now())]);
  const archive = await writeArchive({ fileId, present, missing }, format, context);
  const packed = { row, archive, present, missing };
  const effects: ComputedEffects = async (refused) => {
    if (refused === 1) throw refuse(refusals.overQuota(limits.quotaBytes));
    return packedEffects(packed, limits, context);
  };
  return {
    effects,
    result: { packId: row.id, fileId, bytes: archive.bytes, files: present.length, missing: missing.length },
  };
}
