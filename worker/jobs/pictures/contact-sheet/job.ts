// Job kind contact-sheet: an album's last ten pictures on one sheet, made once for each multiple of ten it reaches.
import * as z from "zod";
import { defineJob } from "../../../engine/job/define-job.ts";
import { picturesPerSheet } from "../albums/album.ts";

export const contactSheetPayload = z.object({
  album: z.string().min(1).max(1024),
  /** The multiple of ten the album reached. */
  threshold: z.number().int().positive().multipleOf(picturesPerSheet),
  /** The album's revision when it did: tells which pictures it held. */
  revision: z.number().int().positive(),
});

export const contactSheet = defineJob({
  kind: "contact-sheet",
  payload: contactSheetPayload,
  messageGroupId: ({ album }) => album,
  deduplicationId: ({ album, threshold }) => JSON.stringify([album, threshold]),
  policy: { timeoutSeconds: 60, visibilitySeconds: 60, maxFailures: 5 },
});
