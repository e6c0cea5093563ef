// Uploads a file of this machine to a bucket with versions.
import { createReadStream } from "node:fs";
import type { S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { FleetError } from "../../worker/fleet/errors.ts";

/** The bucket keeps no versions, so the id of an upload's job is unknown. */
class NoVersion extends FleetError {}

/** What is uploaded where. Larger files go in parts of this size, each retried alone; one part is in memory at a time. */
export type UploadOrder = { path: string; bucket: string; key: string; partSizeBytes: number };

/** Uploads the file and resolves to its version. @throws NoVersion */
export async function uploadFile(
  s3: S3Client,
  { path, bucket, key, partSizeBytes }: UploadOrder,
  signal: AbortSignal,
): Promise<string> {
  const body = createReadStream(path);
  const params = { Bucket: bucket, Key: key, Body: body };
  const upload = new Upload({ client: s3, params, queueSize: 1, partSize: partSizeBytes });
  const stop = () => void upload.abort();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const { VersionId: versionId } = await upload.done();
    if (versionId === undefined)
      throw new NoVersion(`bucket ${bucket} is not versioned, so the upload's job id is unknown`);
    return versionId;
  } finally {
    signal.removeEventListener("abort", stop);
    body.destroy();
  }
}
