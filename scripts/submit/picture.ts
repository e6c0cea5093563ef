// Submits a picture the way an application does: uploads it to the uploads bucket, whose event starts the job.
import { createReadStream } from "node:fs";
import { Upload } from "@aws-sdk/lib-storage";
import { jobIdOf } from "../../worker/engine/job/define-job.ts";
import { FleetError } from "../../worker/fleet/errors.ts";
import { resizeImage } from "../../worker/jobs/pictures/resize-image/job.ts";
import type { Fleet } from "../cli/fleet.ts";
import type { Source } from "./source.ts";

/** Larger files are uploaded in parts of this size, each retried alone. One part is in memory at a time. */
const partSizeBytes = 8 * 1024 * 1024;

/** The uploads bucket keeps no versions, so the id of an upload's job is unknown. */
class NoVersion extends FleetError {}

/** Uploads a file and resolves to its job's id, which is derived from bucket, key and version. */
export async function submitPicture(
  { s3, names }: Pick<Fleet, "s3" | "names">,
  source: Source,
  signal: AbortSignal,
): Promise<string> {
  if (source.from !== "file") throw new TypeError("the source of a picture must be a file");
  signal.throwIfAborted();
  const { path, key } = source;
  const bucket = names.buckets.uploads;
  const body = createReadStream(path);
  const upload = new Upload({
    client: s3,
    params: { Bucket: bucket, Key: key, Body: body },
    queueSize: 1,
    partSize: partSizeBytes,
  });
  const stop = () => void upload.abort();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const { VersionId: versionId } = await upload.done();
    if (versionId === undefined)
      throw new NoVersion(`bucket ${bucket} is not versioned, so the upload's job id is unknown`);
    return jobIdOf(resizeImage, { bucket, key, versionId, sequencer: "", size: 0 });
  } finally {
    signal.removeEventListener("abort", stop);
    body.destroy();
  }
}
