// Submits a file that is neither picture nor mail the way a browser does: the row of the upload first, then the bytes to the
// bucket of incoming files, whose event starts the job.
import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { Upload } from "@aws-sdk/lib-storage";
import { jobIdOf } from "../../worker/engine/job/define-job.ts";
import { FleetError } from "../../worker/fleet/errors.ts";
import { idBytes, idFrom, incomingKey } from "../../worker/jobs/files/rows/ids.ts";
import { usableName } from "../../worker/jobs/files/rows/names.ts";
import { keepUploadSeconds, type UploadRow, uploadId } from "../../worker/jobs/files/rows/upload-row.ts";
import { defaultFileSettings } from "../../worker/jobs/files/settings.ts";
import { storeFile } from "../../worker/jobs/files/store-file/job.ts";
import type { Fleet } from "../cli/fleet.ts";
import type { Source } from "./source.ts";

/** One part is in memory at a time. S3 takes 10,000 parts, so this is enough for 160 GB. */
const partSizeBytes = 16 * 1024 * 1024;

/** The bucket keeps no versions, so the id of an upload's job is unknown. */
class NoVersion extends FleetError {}

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
  const body = createReadStream(source.path);
  const params = { Bucket: bucket, Key: key, Body: body };
  const upload = new Upload({ client: s3, params, queueSize: 1, partSize: partSizeBytes });
  const stop = () => void upload.abort();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const { VersionId: versionId } = await upload.done();
    if (versionId === undefined)
      throw new NoVersion(`bucket ${bucket} is not versioned, so the upload's job id is unknown`);
    return jobIdOf(storeFile, { bucket, key, versionId, size, owner });
  } finally {
    signal.removeEventListener("abort", stop);
    body.destroy();
  }
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
