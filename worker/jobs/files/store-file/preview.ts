// The preview of a picture: decoded in the sandbox, written beside the file. A picture that cannot be decoded is stored
// without one.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { JobContext } from "../../../engine/job/handler.ts";
import { SandboxFailure } from "../../../engine/sandbox/sandbox.ts";
import { pictureLimits } from "../../pictures/resize-image/child/contract.ts";
import { decodeUpload } from "../../pictures/resize-image/decode-upload.ts";
import { contentTypes, recognise } from "../../pictures/resize-image/picture-format.ts";
import { currentResult, putResult, ResultChanged } from "../../pictures/resize-image/result-object.ts";
import { sourceFile } from "../../shared/decode-untrusted.ts";
import { type ObjectVersion, readSource } from "../../shared/source-object.ts";
import type { FileRow } from "../rows/file-row.ts";
import { previewKey } from "../rows/ids.ts";

/** The box that previews fit into, in pixels. */
const previewBox = 400;

/** From this run on, a picture that breaks the decoder has no preview. */
const lastRun = 2;

/** Makes and stores the preview; undefined when the bytes are no picture that can be shown. */
export async function storePreview(
  source: ObjectVersion,
  head: Buffer,
  bytes: number,
  fileId: string,
  context: JobContext,
): Promise<FileRow["preview"]> {
  if (recognise(head) === undefined || bytes > pictureLimits.bytes) return undefined;
  try {
    return await makePreview(source, fileId, context);
  } catch (error) {
    const ofPicture = error instanceof SandboxFailure && error.reason !== "aborted";
    if (!ofPicture || context.run < lastRun) throw error;
    return undefined;
  }
}

async function makePreview(
  source: ObjectVersion,
  fileId: string,
  context: JobContext,
): Promise<FileRow["preview"]> {
  await using directory = await context.sandbox.directory();
  const read = await readSource(source, context, join(directory.path, sourceFile), pictureLimits.bytes);
  if (read.outcome !== "read") return undefined;
  const key = previewKey(fileId);
  const variant = { name: "preview", width: previewBox, height: previewBox, keyOf: () => key };
  const decoded = await decodeUpload(directory, [variant], context);
  if (decoded.outcome === "refused") return undefined;
  const [{ picture, file }] = decoded.pictures;
  const { format, width, height, bytes } = picture;
  const contentType = contentTypes[format];
  const place = { bucket: context.names.buckets.secure, key };
  const versionId = await putOnce({ ...place, body: await readFile(file), contentType }, context);
  return { key, versionId, bytes, width, height, contentType };
}

/** Writes the object unless an earlier run has done it. The same picture gives the same preview. */
async function putOnce(object: Parameters<typeof putResult>[0], context: JobContext): Promise<string> {
  try {
    return (await putResult(object, undefined, context)).versionId;
  } catch (error) {
    if (!(error instanceof ResultChanged)) throw error;
    const current = await currentResult(object, context);
    if (current?.job !== context.jobId) throw error;
    return current.versionId;
  }
}
