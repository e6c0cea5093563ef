// Uploads and raw mails that no job ever took: objects that are old enough to have been taken, young enough for the ledger to
// remember it, and unknown to it.
import {
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type ObjectVersion,
  type S3Client,
} from "@aws-sdk/client-s3";
import { type DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { jobIdOf } from "../../../worker/engine/job/define-job.ts";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import { parseMail } from "../../../worker/jobs/mail/parse-mail/job.ts";
import { resizeImage } from "../../../worker/jobs/pictures/resize-image/job.ts";

/** An object, and when it came. */
export type Untaken = { bucket: string; key: string; versionId: string; size: number; at: string };

export type SweepOptions = {
  s3: S3Client;
  db: DynamoDBDocumentClient;
  names: ResourceNames;
  now: () => number;
  /** Younger objects may still be on their way, seconds. */
  olderThanSeconds: number;
};

/** The ledger forgets a job after 60 days (worker/engine/ledger/claim.ts). */
const rememberedSeconds = 30 * 24 * 60 * 60;

/** What SES writes when a rule is created. */
const setupNotification = "AMAZON_SES_SETUP_NOTIFICATION";

const bySequencer = z.object({
  sequencer: z.string().optional(),
  refusal: z.object({ sequencer: z.string() }).optional(),
});

/** The newest versions of uploads that no job took. */
export async function* untakenUploads(options: SweepOptions): AsyncGenerator<Untaken> {
  for await (const found of candidates(options, options.names.buckets.uploads)) {
    const { bucket, key, versionId } = found;
    const payload = { bucket, key, versionId, sequencer: "", size: found.size };
    if (!(await isKnown(options, [jobIdOf(resizeImage, payload)]))) yield found;
  }
}

/** Raw mails that no job took. SES calls an object by its message's id, from which the job's id was made. */
export async function* untakenMails(options: SweepOptions): AsyncGenerator<Untaken> {
  for await (const found of candidates(options, options.names.buckets.mails)) {
    const { bucket, key, versionId } = found;
    const messageId = key.slice(key.lastIndexOf("/") + 1);
    if (messageId === setupNotification) continue;
    const ids = [
      { bucket, key, versionId },
      { bucket, key },
      ...(messageId === "" ? [] : [{ bucket, key, receipt: { messageId } }]),
    ].map((payload) => jobIdOf(parseMail, payload));
    if (!(await isKnown(options, ids))) yield found;
  }
}

/**
 * The sequencer for a version whose event is lost: just behind what is known of its key, and before every later event of S3,
 * whose sequencers are shorter than the 64 digits that rows hold.
 */
export async function sequencerAfter(
  { db, names }: Pick<SweepOptions, "db" | "names">,
  imageId: string,
): Promise<string> {
  const get = new GetCommand({ TableName: names.tables.images, Key: { id: imageId }, ConsistentRead: true });
  const { sequencer, refusal } = bySequencer.parse((await db.send(get)).Item ?? {});
  const known = [sequencer, refusal?.sequencer].filter((one) => one !== undefined).sort();
  const last = known.at(-1);
  return last === undefined
    ? ""
    : (BigInt(`0x${last}`) + 1n).toString(16).toUpperCase().padStart(last.length, "0");
}

async function* candidates(
  { s3, now, olderThanSeconds }: SweepOptions,
  bucket: string,
): AsyncGenerator<Untaken> {
  const latest = now() - olderThanSeconds * 1000;
  const earliest = now() - rememberedSeconds * 1000;
  for await (const { Key: key, VersionId: versionId, Size: size = 0, LastModified, IsLatest } of versions(
    s3,
    bucket,
  )) {
    if (!IsLatest || key === undefined || versionId === undefined || LastModified === undefined) continue;
    const at = LastModified.getTime();
    if (at <= latest && at >= earliest)
      yield { bucket, key, versionId, size, at: LastModified.toISOString() };
  }
}

/** All versions in a bucket. The SDK has no paginator for them. */
async function* versions(s3: S3Client, Bucket: string): AsyncGenerator<ObjectVersion> {
  let next: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | undefined = {};
  while (next !== undefined) {
    const answer: ListObjectVersionsCommandOutput = await s3.send(
      new ListObjectVersionsCommand({ Bucket, ...next }),
    );
    yield* answer.Versions ?? [];
    next = answer.IsTruncated
      ? { KeyMarker: answer.NextKeyMarker, VersionIdMarker: answer.NextVersionIdMarker }
      : undefined;
  }
}

async function isKnown({ db, names }: SweepOptions, jobIds: readonly string[]): Promise<boolean> {
  for (const jobId of jobIds) {
    const get = new GetCommand({
      TableName: names.tables.jobs,
      Key: { jobId },
      ProjectionExpression: "jobId",
      ConsistentRead: true,
    });
    if ((await db.send(get)).Item !== undefined) return true;
  }
  return false;
}
