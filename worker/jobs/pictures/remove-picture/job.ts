// Job kind remove-picture: a person deleted a picture's result, so the picture leaves its album.
import * as z from "zod";
import { defineJob } from "../../../engine/job/define-job.ts";

export const removePicturePayload = z.object({
  /** The results bucket. */
  bucket: z.string().min(1).max(63),
  /** Decoded key of the deleted result. */
  key: z.string().min(1).max(1024),
  /** The deleted version or the delete marker. Identifies the deletion. */
  versionId: z.string().min(1),
});

export const removePicture = defineJob({
  kind: "remove-picture",
  payload: removePicturePayload,
  messageGroupId: ({ bucket, key }) => `${bucket}/${key}`,
  deduplicationId: ({ bucket, key, versionId }) => JSON.stringify([bucket, key, versionId]),
});
