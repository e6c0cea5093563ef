// Job kind resize-image: turns one uploaded picture into a picture that fits its box and that every browser shows.
import * as z from "zod";
import { defineJob } from "../../../engine/job/define-job.ts";

export const resizeImagePayload = z.object({
  bucket: z.string().min(1).max(63),
  /** Decoded object key (the event's key is URL-encoded). */
  key: z.string().min(1).max(1024),
  /** The version named in the event. The job reads exactly this version and deletes it after the commit. */
  versionId: z.string().min(1),
  /** Orders the events of one key, see sequencer.ts. */
  sequencer: z.string().regex(/^[0-9A-Fa-f]{0,64}$/),
  /** Size in bytes according to the event. The job checks the object itself. */
  size: z.number().int().nonnegative(),
  /** The principal that uploaded the object, according to the event. Never a name taken from the key. */
  owner: z.string().min(1).max(256).optional(),
});

export const resizeImage = defineJob({
  kind: "resize-image",
  payload: resizeImagePayload,
  messageGroupId: ({ bucket, key }) => `${bucket}/${key}`,
  deduplicationId: ({ bucket, key, versionId }) => JSON.stringify([bucket, key, versionId]),
  policy: { timeoutSeconds: 60, visibilitySeconds: 60, maxFailures: 5 },
});
