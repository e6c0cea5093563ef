// Deletes what is stored of a file: every version at its keys, so that no byte of it is left.
import type { JobContext } from "../../../engine/job/handler.ts";
import { currentResult, deleteResultVersion } from "../../pictures/resize-image/result-object.ts";
import { previewKey, storedKey } from "../rows/ids.ts";

/** Deletes file and preview. Repeating it is harmless. */
export async function deleteObjectsOf(fileId: string, context: JobContext): Promise<void> {
  for (const key of [storedKey(fileId), previewKey(fileId)]) await deleteAll(key, context);
}

async function deleteAll(key: string, context: JobContext): Promise<void> {
  const place = { bucket: context.names.buckets.secure, key };
  // Deleting the current version makes the one below it current.
  for (
    let current = await currentResult(place, context);
    current;
    current = await currentResult(place, context)
  )
    await deleteResultVersion({ ...place, versionId: current.versionId }, context);
}
