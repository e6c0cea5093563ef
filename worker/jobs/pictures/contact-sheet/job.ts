// Job kind contact-sheet: draws an album's last ten pictures on one sheet, once for each multiple of ten it reaches.
import * as z from "zod";
import { defineJob } from "../../../engine/job/define-job.ts";
import { picturesPerSheet } from "../albums/album.ts";

export const contactSheetPayload = z.object({
  album: z.string().min(1).max(1024),
  /** The multiple of ten that the album reached. */
  threshold: z.number().int().positive().multipleOf(picturesPerSheet),
  /** The album's revision at that moment. Determines which pictures it held. */
  revision: z.number().int().positive(),
});

export const contactSheet = defineJob({
  kind: "contact-sheet",
  payload: contactSheetPayload,
  messageGroupId: ({ album }) => album,
  deduplicationId: ({ album, threshold }) => JSON.stringify([album, threshold]),
  policy: { timeoutSeconds: 60, visibilitySeconds: 60, maxFailures: 5 },
});
