// Uploads, raw mails and files that no job ever took, because their events were lost: objects that are old enough to have been
// taken, young enough for the ledger to remember it, and unknown to it.
import {
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type ObjectVersion,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { jobIdOf } from "../../worker/engine/job/define-job.ts";
import type { ResourceNames } from "../../worker/fleet/resources.ts";
import { incomingPrefix } from "../../worker/jobs/files/rows/ids.ts";
import { storeFile } from "../../worker/jobs/files/store-file/job.ts";
import { parseMail } from "../../worker/jobs/mail/parse-mail/job.ts";
import { resizeImage } from "../../worker/jobs/pictures/resize-image/job.ts";
import { batchGet } from "../shared/batch-get.ts";
import { isJunkKey } from "../shared/folder-junk.ts";

/** An object, and when it came (ISO 8601). */
export type Untaken = { bucket: string; key: string; versionId: string; size: number; at: string };

/** Kinds whose jobs begin with an object. */
export const sweptKinds = ["resize-image", "parse-mail", "store-file"] as const;
export type SweptKind = (typeof sweptKinds)[number];

/** Where to look, and at objects of which age. */
export type UntakenOptions = {
  s3: S3Client;
  db: DynamoDBDocumentClient;
  names: ResourceNames;
  now: () => number;
  /** Younger objects may still be on their way, seconds. */
  olderThanSeconds: number;
  /** Older objects are left out, seconds; 30 days at most, because the ledger forgets a job after 60. */
  youngerThanSeconds?: number;
  /** Ends the search between two pages of a listing. */
  signal?: AbortSignal;
};

/** The ledger forgets a job after 60 days (worker/engine/ledger/claim.ts). */
const rememberedSeconds = 30 * 24 * 60 * 60;

/** What SES writes when a rule is created. */
const setupNotification = "AMAZON_SES_SETUP_NOTIFICATION";

/** A kind's bucket, the objects there that are its, and the ids that the job of one may have. */
type Source = {
  bucket: (names: ResourceNames) => string;
  isOurs: (object: Untaken) => boolean;
  jobIds: (object: Untaken) => string[];
};

const sources: Readonly<Record<SweptKind, Source>> = {
  "resize-image": {
    bucket: ({ buckets }) => buckets.uploads,
    isOurs: ({ key }) => !isJunkKey(key),
    jobIds: ({ bucket, key, versionId, size }) => [
      jobIdOf(resizeImage, { bucket, key, versionId, sequencer: "", size }),
    ],
  },
  // SES calls an object by its message's id, from which the job's id was made.
  "parse-mail": {
    bucket: ({ buckets }) => buckets.mails,
    isOurs: ({ key }) => lastPart(key) !== setupNotification,
    jobIds: ({ bucket, key, versionId }) => {
      const messageId = lastPart(key);
      const byMessage = messageId === "" ? [] : [{ bucket, key, receipt: { messageId } }];
      const payloads = [{ bucket, key, versionId }, { bucket, key }, ...byMessage];
      return payloads.map((payload) => jobIdOf(parseMail, payload));
    },
  },
  "store-file": {
    bucket: ({ buckets }) => buckets.incoming,
    isOurs: ({ key }) => key.startsWith(incomingPrefix),
    jobIds: ({ bucket, key, versionId, size }) => [jobIdOf(storeFile, { bucket, key, versionId, size })],
  },
};

const jobIdRow = z.object({ jobId: z.string() });

const lastPart = (key: string): string => key.slice(key.lastIndexOf("/") + 1);

/**
 * The newest versions of a kind's objects that no job took. A page of a listing is read, then its objects' jobs are looked up, a
 * hundred ids a call: a read of the ledger may be half a second old, the objects are older.
 */
export async function* untakenOf(kind: SweptKind, options: UntakenOptions): AsyncGenerator<Untaken> {
  const { bucket, isOurs, jobIds } = sources[kind];
  for await (const page of pages(options, bucket(options.names))) {
    const asked = page.filter(isOurs).map((object) => ({ object, ids: jobIds(object) }));
    const known = await knownJobs(
      options,
      asked.flatMap(({ ids }) => ids),
    );
    for (const { object, ids } of asked) if (!ids.some((id) => known.has(id))) yield object;
  }
}

/** Pages of a bucket's newest versions of the wanted age. */
async function* pages(options: UntakenOptions, Bucket: string): AsyncGenerator<Untaken[]> {
  const { s3, now, olderThanSeconds, youngerThanSeconds = rememberedSeconds, signal } = options;
  const latest = now() - olderThanSeconds * 1000;
  const earliest = now() - Math.min(youngerThanSeconds, rememberedSeconds) * 1000;
  let next: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | undefined = {};
  while (next !== undefined && signal?.aborted !== true) {
    const answer: ListObjectVersionsCommandOutput = await s3.send(
      new ListObjectVersionsCommand({ Bucket, ...next }),
    );
    yield (answer.Versions ?? [])
      .flatMap((version) => newest(Bucket, version))
      .filter(({ at }) => Date.parse(at) <= latest && Date.parse(at) >= earliest);
    next = answer.IsTruncated
      ? { KeyMarker: answer.NextKeyMarker, VersionIdMarker: answer.NextVersionIdMarker }
      : undefined;
  }
}

function newest(
  bucket: string,
  { Key: key, VersionId: versionId, Size: size = 0, LastModified, IsLatest }: ObjectVersion,
): Untaken[] {
  if (!IsLatest || key === undefined || versionId === undefined || LastModified === undefined) return [];
  return [{ bucket, key, versionId, size, at: LastModified.toISOString() }];
}

async function knownJobs({ db, names }: UntakenOptions, ids: readonly string[]): Promise<Set<string>> {
  const table = names.tables.jobs;
  const keys = [...new Set(ids)].map((jobId) => ({ jobId }));
  const { [table]: rows = [] } = await batchGet(db, { [table]: keys }, { consistent: false, only: "jobId" });
  return new Set(rows.map((row) => jobIdRow.parse(row).jobId));
}
