// Submits a file that is neither picture nor mail the way a browser does: the row of the upload first, then the bytes to the
// bucket of incoming files, whose event starts the job.
import { randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { jobIdOf } from "../../worker/engine/job/define-job.ts";
import { idBytes, idFrom, incomingKey } from "../../worker/jobs/files/rows/ids.ts";
import { usableName } from "../../worker/jobs/files/rows/names.ts";
import { keepUploadSeconds, type UploadRow, uploadId } from "../../worker/jobs/files/rows/upload-row.ts";
import { defaultFileSettings } from "../../worker/jobs/files/settings.ts";
import { storeFile } from "../../worker/jobs/files/store-file/job.ts";
import type { Fleet } from "../cli/fleet.ts";
import type { Source } from "./source.ts";
import { uploadFile } from "./upload.ts";

/** One part is in memory at a time. S3 takes 10,000 parts, so this is enough for 160 GB. */
const partSizeBytes = 16 * 1024 * 1024;

/** Uploads a file for its owner and resolves to its job's id. */
export async function submitFile(
  { s3, db, names }: Pick<Fleet, "s3" | "db" | "names">,
  source: Source,
  signal: AbortSignal,
): Promise<string> {
  if (source.from !== "other-file") throw new TypeError("the source of a file must be a file");
  signal.throwIfAborted();
  const { size } = await stat(source.path);
  const row = uploadOf(names.buckets.incoming, source, size);
  await db.send(new PutCommand({ TableName: names.tables.uploads, Item: row }));
  const { bucket, key, owner } = row;
  const versionId = await uploadFile(s3, { path: source.path, bucket, key, partSizeBytes }, signal);
  return jobIdOf(storeFile, { bucket, key, versionId, size, owner });
}

function uploadOf(
  bucket: string,
  { path, owner }: Extract<Source, { from: "other-file" }>,
  bytes: number,
): UploadRow {
  const fileId = idFrom(randomBytes(idBytes));
  const place = { bucket, key: incomingKey(fileId) };
  const now = Date.now();
  return {
    id: uploadId(place),
    ...place,
    owner,
    ownerName: owner,
    fileId,
    name: usableName(basename(path)),
    folder: "",
    bytes,
    hours: defaultFileSettings.fileHours,
    issuedAt: new Date(now).toISOString(),
    state: "issued",
    expiresAt: Math.floor(now / 1000) + keepUploadSeconds,
  };
}
