// Job kind store-file: turns an upload into a stored file. Files of one person are stored one after another, so that
// quota and order are theirs.
import * as z from "zod";
import { defineJob } from "../../../engine/job/define-job.ts";

export const storeFilePayload = z.object({
  bucket: z.string().min(1).max(63),
  /** Decoded object key (the event's key is URL-encoded). */
  key: z.string().min(1).max(1024),
  /** The version named in the event. The job stores exactly this version and deletes it after the commit. */
  versionId: z.string().min(1),
  /** Size in bytes according to the event. The job checks the object itself. */
  size: z.number().int().nonnegative(),
  /** Whom the upload was issued to, for the message group only. The job reads the upload's row itself. */
  owner: z.string().min(1).max(256).optional(),
});

export const storeFile = defineJob({
  kind: "store-file",
  payload: storeFilePayload,
  messageGroupId: ({ owner, bucket, key }) => owner ?? `${bucket}/${key}`,
  deduplicationId: ({ bucket, key, versionId }) => JSON.stringify([bucket, key, versionId]),
  // Copying 50 GB inside S3 takes minutes.
  policy: { timeoutSeconds: 3600, visibilitySeconds: 60, maxFailures: 5, long: true },
});
