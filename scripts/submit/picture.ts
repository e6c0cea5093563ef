// Submits a picture the way an application does: uploads it to the uploads bucket, whose event starts the job.
import { jobIdOf } from "../../worker/engine/job/define-job.ts";
import { resizeImage } from "../../worker/jobs/pictures/resize-image/job.ts";
import type { Fleet } from "../cli/fleet.ts";
import type { Source } from "./source.ts";
import { uploadFile } from "./upload.ts";

/** Larger files are uploaded in parts of this size, each retried alone. One part is in memory at a time. */
const partSizeBytes = 8 * 1024 * 1024;

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
  const versionId = await uploadFile(s3, { path, bucket, key, partSizeBytes }, signal);
  return jobIdOf(resizeImage, { bucket, key, versionId, sequencer: "", size: 0 });
}
