// Pictures dropped on the page: a presigned form for each, and later its outcome.
import { randomBytes } from "node:crypto";
import { BatchGetCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { recordUpload } from "../../../triggers/shared/issued-uploads.ts";
import { jobIdOf } from "../../../worker/engine/job/define-job.ts";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import { pictureLimits } from "../../../worker/jobs/pictures/resize-image/child/contract.ts";
import { resizeImage } from "../../../worker/jobs/pictures/resize-image/job.ts";
import { type Outcome, outcomeOf } from "../../status/outcomes.ts";
import type { Presigner, UploadForm } from "./presign.ts";

/** Larger files are refused here, because the job would refuse them. */
export const maxUploadBytes = pictureLimits.bytes;

/** How many outcomes one request may ask for: the size of one BatchGetItem. */
const maxAsked = 100;

export const uploadRequestSchema = z.object({
  name: z.string().min(1, "name: must be a file name").max(255, "name: must have at most 255 characters"),
  type: z
    .string()
    .max(100, "type: must have at most 100 characters")
    .regex(
      /^([a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*)?$/i,
      "type: must be a media type, e.g. image/png",
    ),
  size: z
    .number({ error: "size: must be a number of bytes" })
    .int("size: must be a whole number of bytes")
    .min(1, "size: the file is empty")
    .max(maxUploadBytes, `size: the file is larger than ${maxUploadBytes / 1024 / 1024} MiB`),
});

export const outcomesRequestSchema = z.object({
  uploads: z
    .array(z.object({ key: z.string().min(1).max(1024), versionId: z.string().min(1).max(1024) }))
    .min(1)
    .max(maxAsked, `uploads: at most ${maxAsked} at once`),
});

export type UploadRequest = z.infer<typeof uploadRequestSchema>;
export type UploadedObject = z.infer<typeof outcomesRequestSchema>["uploads"][number];

/** The owner of uploads. On a laptop there is no sign-in, and only this machine is answered. */
export const consolePerson = "console";

/**
 * A form for one file, under its own key in an album, so that files of the same name do not replace each other. The
 * owner is stored first, because S3 only knows who signed the form.
 */
export async function offerUpload(
  presign: Presigner,
  { db, names }: { db: DynamoDBDocumentClient; names: ResourceNames },
  { name, type }: UploadRequest,
): Promise<UploadForm & { key: string }> {
  const key = `console/${randomBytes(4).toString("hex")}-${safeName(name)}`;
  const contentType = type === "" ? "application/octet-stream" : type;
  await recordUpload(
    { db, table: names.tables.uploads, now: Date.now },
    { bucket: names.buckets.uploads, key, owner: consolePerson },
  );
  return { key, ...(await presign.upload({ key, contentType, maxBytes: maxUploadBytes })) };
}

/**
 * A file's name as the end of a key: no separators, no control characters, and no `${filename}`, which S3 replaces in
 * the key of a form POST.
 */
function safeName(name: string): string {
  return name.replace(/[\p{Cc}\p{Cs}/\\]/gu, "_").replaceAll("${", "_{");
}

/** The outcomes of uploads, in the order asked for; null while a job has not ended. */
export async function outcomesOf(
  { db, names }: { db: DynamoDBDocumentClient; names: ResourceNames },
  uploads: readonly UploadedObject[],
): Promise<{ jobId: string; outcome: Outcome | null }[]> {
  const bucket = names.buckets.uploads;
  const jobIds = uploads.map(({ key, versionId }) =>
    jobIdOf(resizeImage, { bucket, key, versionId, sequencer: "", size: 0 }),
  );
  const table = names.tables.jobs;
  const Keys = [...new Set(jobIds)].map((jobId) => ({ jobId }));
  const { Responses } = await db.send(new BatchGetCommand({ RequestItems: { [table]: { Keys } } }));
  const ended = new Map<string, Outcome>();
  for (const item of Responses?.[table] ?? []) {
    const outcome = outcomeOf(item);
    if (outcome !== undefined) ended.set(outcome.jobId, outcome);
  }
  return jobIds.map((jobId) => ({ jobId, outcome: ended.get(jobId) ?? null }));
}
