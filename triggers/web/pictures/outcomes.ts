// What became of uploads: the picture is ready, or why there is none.
import { BatchGetCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { jobIdOf } from "../../../worker/engine/job/define-job.ts";
import { resizeImage } from "../../../worker/jobs/pictures/resize-image/job.ts";
import type { WebDependencies } from "../dependencies.ts";
import { fromAddressPart } from "./places.ts";

/** Two rows for each, and DynamoDB reads at most 100 in one call. */
export const mostOutcomes = 50;

/** An upload: the id it was issued under, and the version that S3 answered. */
export type SentPicture = { id: string; versionId: string };

export const outcomeSchema = z.object({
  id: z.string(),
  state: z.enum(["waiting", "ready", "refused", "failed"]),
  /** Why there is no picture, for the person. */
  reason: z.string().optional(),
  /** What of the file the picture does not show, for the person. */
  notes: z.array(z.string()).optional(),
});

export type PictureOutcome = z.infer<typeof outcomeSchema>;

const uploadSchema = z.object({ id: z.string(), owner: z.string() });
const jobSchema = z.object({
  jobId: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  result: z.object({ notes: z.array(z.object({ text: z.string() })).optional() }).optional(),
});

const failed = "It could not be processed. The fleet's operator has been told; you may send it again.";

/** Outcomes in the order asked for. Uploads of other people wait forever: nobody learns that they exist. */
export async function outcomesOf(
  { db, names }: Pick<WebDependencies, "db" | "names">,
  owner: string,
  sent: readonly SentPicture[],
): Promise<PictureOutcome[]> {
  const bucket = names.buckets.uploads;
  const asked = sent.map(({ id, versionId }) => {
    const key = fromAddressPart(id) ?? "";
    const jobId = jobIdOf(resizeImage, { bucket, key, versionId, sequencer: "", size: 0 });
    return { id, jobId, uploadId: `${bucket}/${key}` };
  });
  const { uploads, jobs } = names.tables;
  const { Responses = {} } = await db.send(
    new BatchGetCommand({
      RequestItems: {
        [uploads]: { Keys: unique(asked.map(({ uploadId }) => uploadId)).map((id) => ({ id })) },
        [jobs]: { Keys: unique(asked.map(({ jobId }) => jobId)).map((jobId) => ({ jobId })) },
      },
    }),
  );
  const issued = (Responses[uploads] ?? []).map((item) => uploadSchema.parse(item));
  const own = new Set(issued.filter((upload) => upload.owner === owner).map(({ id }) => id));
  const ended = new Map(
    (Responses[jobs] ?? []).map((item) => jobSchema.parse(item)).map((job) => [job.jobId, job]),
  );
  return asked.map(({ id, jobId, uploadId }) => ({
    id,
    ...(own.has(uploadId) ? outcomeOf(ended.get(jobId)) : { state: "waiting" as const }),
  }));
}

const unique = (texts: readonly string[]) => [...new Set(texts)];

function outcomeOf(job: z.infer<typeof jobSchema> | undefined): Omit<PictureOutcome, "id"> {
  switch (job?.status) {
    case "completed":
      return {
        state: "ready",
        ...(job.result?.notes && { notes: job.result.notes.map(({ text }) => text) }),
      };
    case "rejected":
      return { state: "refused", ...(job.reason !== undefined && { reason: job.reason }) };
    case "dead-lettered":
      return { state: "failed", reason: failed };
    default:
      return { state: "waiting" };
  }
}
