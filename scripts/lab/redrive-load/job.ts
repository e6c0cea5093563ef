// The jobs of the redrive: each has a group and a place in it, and is either a dead letter or new.
import { z } from "zod";
import { defineJob, type PayloadOf } from "../../../worker/engine/job/define-job.ts";

/** The kind of the redriven jobs. */
export const redriven = defineJob({
  kind: "keep-order",
  payload: z.object({ group: z.string(), from: z.enum(["letter", "producer"]), n: z.number().int() }),
  messageGroupId: ({ group }) => group,
  deduplicationId: ({ group, from, n }) => `${group}/${from}/${n}`,
});

/** A job of it. */
export type Placed = PayloadOf<typeof redriven>;
