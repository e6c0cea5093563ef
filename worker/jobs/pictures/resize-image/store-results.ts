// Writes a run's pictures to the results bucket, and deletes results that turn out to be stale. The reasoning is at the
// top of handler.ts.
import type { JobContext } from "../../../engine/job/handler.ts";
import { readResult } from "../../shared/read-result.ts";
import type { ProducedPicture } from "./decode-upload.ts";
import {
  type AcceptedRow,
  type ImageRow,
  type ResizePayload,
  readImageRow,
  type StoredResult,
} from "./image-row.ts";
import { contentTypes } from "./picture-format.ts";
import { currentResult, deleteResultVersion, putResult, ResultChanged } from "./result-object.ts";

/** A picture and the object it was stored in. */
export type StoredPicture = ProducedPicture & { stored: StoredResult };

/**
 * Stores every variant under its own key.
 * @throws ResultChanged when another job has written a key or the row since this run read them
 */
export async function storeResults(
  payload: ResizePayload,
  context: JobContext,
  seen: ImageRow | undefined,
  [first, ...others]: readonly [ProducedPicture, ...ProducedPicture[]],
): Promise<[StoredPicture, ...StoredPicture[]]> {
  let overwrote = false;
  const store = async (produced: ProducedPicture): Promise<StoredPicture> => {
    const { variant, picture, file } = produced;
    const place = { bucket: context.names.buckets.results, key: variant.keyOf(payload.key) };
    const known = seen?.state === "ready" ? seen.results[variant.name]?.etag : undefined;
    const below = !context.repeated ? known : (await currentResult(place, context))?.etag;
    overwrote ||= below !== undefined;
    const contentType = contentTypes[picture.format];
    const body = await readResult(file, picture.bytes);
    const written = await putResult({ ...place, body, contentType }, below, context);
    return { ...produced, stored: { ...place, ...written } };
  };
  const pictures: [StoredPicture, ...StoredPicture[]] = [await store(first)];
  for (const produced of others) pictures.push(await store(produced));
  if (overwrote && (await readImageRow(payload, context))?.writtenBy !== seen?.writtenBy) {
    for (const { stored } of pictures) await deleteResultVersion(stored, context);
    throw new ResultChanged(undefined);
  }
  return pictures;
}

/** Deletes what an earlier run of this job may have left at a key that now belongs to a later version. */
export async function deleteStaleResults(context: JobContext, { results }: AcceptedRow): Promise<void> {
  for (const { bucket, key, versionId } of Object.values(results)) {
    const current = await currentResult({ bucket, key }, context);
    if (current?.job !== context.jobId || current.versionId === versionId) continue;
    context.log.warn({ staleVersionId: current.versionId }, "deleted the result of a superseded run");
    await deleteResultVersion({ bucket, key, versionId: current.versionId }, context);
  }
}
