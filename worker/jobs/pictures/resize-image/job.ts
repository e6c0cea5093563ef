// Job kind resize-image: one uploaded picture becomes a best-fit picture that a browser shows.
import * as z from "zod";
import { defineJob } from "../../../engine/job/define-job.ts";

export const resizeImagePayload = z.object({
  bucket: z.string().min(1).max(63),
  /** Decoded object key (the event's key is URL-encoded). */
  key: z.string().min(1).max(1024),
  /** The version the event named; exactly this one is read and, after the commit, deleted. */
  versionId: z.string().min(1),
  /** Orders the events of one key, see sequencer.ts. */
  sequencer: z.string().regex(/^[0-9A-Fa-f]{0,64}$/),
  /** Size in bytes as the event told it; the job checks the object itself. */
  size: z.number().int().nonnegative(),
  /** Who put it there, as the event tells it: the principal, never a name read from the key. */
  owner: z.string().min(1).max(256).optional(),
});

export const resizeImage = defineJob({
  kind: "resize-image",
  payload: resizeImagePayload,
  messageGroupId: ({ bucket, key }) => `${bucket}/${key}`,
  deduplicationId: ({ bucket, key, versionId }) => JSON.stringify([bucket, key, versionId]),
  policy: { timeoutSeconds: 60, visibilitySeconds: 60, maxFailures: 5 },
});
