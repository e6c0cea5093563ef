// Enqueues an object that no job took, as its trigger would have done.
import { type DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Enqueue } from "../../worker/engine/enqueue/enqueue.ts";
import type { ResourceNames } from "../../worker/fleet/resources.ts";
import { storeFile } from "../../worker/jobs/files/store-file/job.ts";
import { parseMail } from "../../worker/jobs/mail/parse-mail/job.ts";
import { imageRowId } from "../../worker/jobs/pictures/resize-image/image-row-id.ts";
import { resizeImage } from "../../worker/jobs/pictures/resize-image/job.ts";
import { issuedOwner } from "../shared/issued-uploads.ts";
import type { SweptKind, Untaken } from "./untaken.ts";

/** What taking needs. */
export type TakeOptions = { db: DynamoDBDocumentClient; names: ResourceNames; enqueue: Enqueue };

/** Enqueues the job of an object. Doing it twice is one job. */
export async function takeUntaken(
  { db, names, enqueue }: TakeOptions,
  kind: SweptKind,
  { bucket, key, versionId, size }: Untaken,
): Promise<void> {
  if (kind === "parse-mail") return void (await enqueue(parseMail, { bucket, key, versionId }));
  const owner = await issuedOwner(db, names.tables.uploads, { bucket, key });
  const object = { bucket, key, versionId, size, ...(owner && { owner }) };
  if (kind === "store-file") return void (await enqueue(storeFile, object));
  const sequencer = await sequencerAfter({ db, names }, imageRowId(object));
  await enqueue(resizeImage, { ...object, sequencer });
}

const bySequencer = z.object({
  sequencer: z.string().optional(),
  refusal: z.object({ sequencer: z.string() }).optional(),
});

/**
 * The sequencer for a version whose event is lost: just behind what is known of its key, and before every later event of S3,
 * whose sequencers are shorter than the 64 digits that rows hold.
 */
async function sequencerAfter(
  { db, names }: Pick<TakeOptions, "db" | "names">,
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
