// Job kind expire-files: ends the files of one shard that have expired, and deletes the objects of files that have ended.
import * as z from "zod";
import { defineJob } from "../../../engine/job/define-job.ts";
import { fileShards } from "../rows/file-row.ts";

export const expireFilesPayload = z.object({
  shard: z.enum(fileShards),
  /** ISO 8601, UTC: the time of the schedule. Only what was due then is ended. */
  at: z.iso.datetime(),
});

export const expireFiles = defineJob({
  kind: "expire-files",
  payload: expireFilesPayload,
  messageGroupId: ({ shard }) => shard,
  deduplicationId: ({ shard, at }) => JSON.stringify([shard, at]),
  policy: { timeoutSeconds: 600, visibilitySeconds: 60, maxFailures: 5 },
});
