// Job kind pack-files: makes one archive of several files. The pack's row says which.
import * as z from "zod";
import { defineJob } from "../../../engine/job/define-job.ts";
import { fileIdSchema } from "../rows/ids.ts";

export const packFilesPayload = z.object({
  packId: fileIdSchema,
  /** The person who wants it, for the message group only. The job reads the pack's row itself. */
  owner: z.string().min(1).max(256),
});

export const packFiles = defineJob({
  kind: "pack-files",
  payload: packFilesPayload,
  messageGroupId: ({ owner }) => owner,
  deduplicationId: ({ packId }) => packId,
  policy: { timeoutSeconds: 3600, visibilitySeconds: 60, maxFailures: 5, long: true },
});
