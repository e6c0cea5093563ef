// Handler of resize-image: one version of an upload becomes a result object, a row and a count, or a refusal.
//
// The result is written before the commit, under the upload's own key, so a worker that has lost its job could leave a
// wrong picture there. What prevents it:
// 1. The row's `results` say which version of the result object is meant. It changes only in the commit, under the job's
//    fence and tied to the row as it was read. Whoever goes by the row is never wrong; a lost commit leaves one
//    version nobody points to.
// 2. The put is conditional on what lay at the key when this run looked: nothing, or the ETag the row tells. A stale
//    worker looked earlier, another has written since, so S3 refuses (412) and the run ends as retried. A first
//    attempt takes the ETag from the row; later ones ask S3, since a run that died may have put but not committed.
// 3. An ETag tells contents, not times: were the same picture put back in between, a stale put would pass. So after
//    overwriting, the row is read once more; if it has changed, the run takes its own version back, by its version id,
//    and the one below is current again.
// 4. Versions of one key done out of order: the row's sequencer tells, and the older one ends without effect.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { InputRejected } from "../../errors.ts";
import type { Handler, JobContext, JobResult } from "../handler.ts";
import { pictureLimits } from "./decode-contract.ts";
import { decodeUpload, type ProducedPicture, sourceFile } from "./decode-upload.ts";
import { readyEffects, refusedEffects } from "./image-effects.ts";
import {
  type ImageRow,
  isSuperseded,
  type ResizePayload,
  readImageRow,
  type StoredResult,
} from "./image-row.ts";
import { contentTypes } from "./picture-format.ts";
import { type Refusal, refusals } from "./refusals.ts";
import { currentResult, putResult, ResultChanged, takeBackResult } from "./result-object.ts";
import { deleteSource, readSource } from "./source-object.ts";
import { variants } from "./variants.ts";

export const resizeImageHandler: Handler<ResizePayload> = {
  run: resize,
  // The result is committed (or that of a later version is): the upload's bytes are no longer needed.
  afterCommit: (payload, _, context) => deleteSource(payload, context),
};

async function resize(payload: ResizePayload, context: JobContext): Promise<JobResult> {
  const seen = await readImageRow(payload, context);
  if (isSuperseded(seen, payload)) return supersededResult(payload, context, seen);
  await using directory = await context.sandbox.directory();
  const source = await readSource(payload, context, join(directory.path, sourceFile), pictureLimits.bytes);
  if (source.outcome === "gone") throw new InputRejected("source-gone", refusals.sourceGone().reason);
  if (source.outcome === "too-large") throw refuse(refusals.tooManyBytes(source.bytes));
  if (source.bytes === 0) throw refuse(refusals.emptyFile());
  const decoded = await decodeUpload(directory, variants, context);
  if (decoded.outcome === "refused") throw refuse(decoded.refusal);
  const results = await storeAll(payload, context, seen, decoded.pictures);
  const [{ picture, variant }] = decoded.pictures;
  const stored = results[variant.name];
  if (!stored) throw new TypeError(`no result for ${variant.name}`);
  const { bucket, key } = stored;
  const { width, height, format } = picture;
  return {
    effects: readyEffects(payload, context, seen, { picture, stored, results, source }),
    result: { bucket, key, width, height, contentType: contentTypes[format] },
  };

  function refuse(refusal: Refusal): InputRejected {
    const effects = refusedEffects(payload, context, seen, refusal);
    return new InputRejected(refusal.code, refusal.reason, { effects });
  }
}

/** A later version is shown already (or this very one): nothing to do but to say what is shown. */
function supersededResult(
  { key }: ResizePayload,
  { names }: JobContext,
  { width, height, contentType }: Extract<ImageRow, { state: "ready" }>,
): JobResult {
  const bucket = names.buckets.results;
  return { effects: [], result: { bucket, key, width, height, contentType, superseded: true } };
}

/** Puts every variant; if the row turns out to have changed meanwhile, takes them all back. */
async function storeAll(
  payload: ResizePayload,
  context: JobContext,
  seen: ImageRow | undefined,
  pictures: readonly ProducedPicture[],
): Promise<Record<string, StoredResult>> {
  const results: Record<string, StoredResult> = {};
  let overwrote = false;
  for (const { variant, picture, file } of pictures) {
    const place = { bucket: context.names.buckets.results, key: variant.keyOf(payload.key) };
    const known = seen?.state === "ready" ? seen.results[variant.name]?.etag : undefined;
    const current = context.attempt === 1 ? known : await currentResult(place, context);
    const contentType = contentTypes[picture.format];
    const stored = await putResult({ ...place, body: await readFile(file), contentType }, current, context);
    results[variant.name] = { ...place, ...stored };
    overwrote ||= current !== undefined;
  }
  if (overwrote && (await readImageRow(payload, context))?.writtenBy !== seen?.writtenBy) {
    for (const stored of Object.values(results)) await takeBackResult(stored, context);
    throw new ResultChanged(undefined);
  }
  return results;
}
