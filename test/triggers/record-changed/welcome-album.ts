// A job kind for the example of a criterion in docs/add-a-job-kind.md.
import { z } from "zod";
import { defineJob } from "../../../worker/engine/job/define-job.ts";

export const welcomeAlbum = defineJob({
  kind: "welcome-album",
  payload: z.object({ album: z.string() }),
  messageGroupId: ({ album }) => album,
  deduplicationId: ({ album }) => album,
});
