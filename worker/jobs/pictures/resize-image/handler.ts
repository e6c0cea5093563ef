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
// 4. Versions of one key done out of order: the row's sequencer tells, and the older one ends without effect, after
//    taking back what an earlier run of its own may have left at the key.
import { join } from "node:path";
import type { Handler, JobContext, JobResult } from "../../../engine/job/handler.ts";
import { InputRejected } from "../../../engine/job/input-rejected.ts";
import { type Refusal, sourceFile } from "../../shared/decode-untrusted.ts";
import { deleteSource, readSource } from "../../shared/source-object.ts";
import { pictureLimits } from "./decode-contract.ts";
import { decodeUpload } from "./decode-upload.ts";
import { readyEffects, refusedEffects } from "./image-effects.ts";
import { isSuperseded, type ResizePayload, readImageRow } from "./image-row.ts";
import { contentTypes } from "./picture-format.ts";
import { refusals } from "./refusals.ts";
import { storeResults, takeBackStale } from "./store-results.ts";
import { variants } from "./variants.ts";

/** Makes the handler. */
export function resizeImageHandler(): Handler<ResizePayload> {
  return {
    run: resize,
    // The result is committed (or that of a later version is): the upload's bytes are no longer needed.
    afterCommit: (payload, _, context) => deleteSource(payload, context),
  };
}

async function resize(payload: ResizePayload, context: JobContext): Promise<JobResult> {
  const seen = await readImageRow(payload, context);
  if (isSuperseded(seen, payload)) {
    await takeBackStale(context, seen);
    const { width, height, contentType } = seen;
    return {
      effects: [],
      result: { ...shownAt(payload, context), width, height, contentType, superseded: true },
    };
  }
  const refuse = (refusal: Refusal): never => {
    const effects = refusedEffects(payload, context, seen, refusal);
    throw new InputRejected(refusal.code, refusal.reason, { effects });
  };
  await using directory = await context.sandbox.directory();
  const source = await readSource(payload, context, join(directory.path, sourceFile), pictureLimits.bytes);
  // Nothing is left to show for a picture that its owner has deleted: the rejection alone is recorded.
  if (source.outcome === "gone") throw new InputRejected("source-gone", refusals.sourceGone().reason);
  if (source.outcome === "too-large") return refuse(refusals.tooManyBytes(source.bytes));
  if (source.bytes === 0) return refuse(refusals.emptyFile());
  const decoded = await decodeUpload(directory, variants, context);
  if (decoded.outcome === "refused") return refuse(decoded.refusal);
  const pictures = await storeResults(payload, context, seen, decoded.pictures);
  const { width, height, format } = pictures[0].picture;
  return {
    effects: readyEffects(payload, context, seen, { pictures, source }),
    result: { ...shownAt(payload, context), width, height, contentType: contentTypes[format] },
  };
}

/** Where a person finds the picture. */
const shownAt = ({ key }: ResizePayload, { names }: JobContext) => ({
  bucket: names.buckets.results,
  key: variants[0].keyOf(key),
});
