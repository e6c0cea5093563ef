// Handler of resize-image: one version of an upload becomes a result object, a row and a count, or a refusal.
//
// The result is written before the commit, under the upload's own key. A worker that has lost its lease could therefore
// leave a wrong picture there. Four rules prevent it:
// 1. The row's `results` name the valid version of each result object. They change only in the commit, under the job's
//    fence and on condition that the row is still the one this run read. Readers that follow the row are never wrong. A
//    commit that fails leaves a version that no row names.
// 2. The put is conditional on what was at the key when this run looked: nothing, or a certain ETag. If another worker has
//    written since, S3 refuses the put (412) and the job is retried. The first run takes the ETag from the row. Later runs
//    ask S3, because a run that died may have stored its result without committing it.
// 3. An ETag identifies content, not time: if the same picture was stored again in between, a stale put succeeds. So after
//    overwriting, the run reads the row again. If the row has changed, the run deletes its own version by version id, and
//    the version below becomes current again.
// 4. Versions of one key may be processed out of order. The row's sequencer shows it: the older version ends without
//    effect, after deleting what an earlier run of the same job may have left at the key.
import { join } from "node:path";
import type { Handler, JobContext, JobResult } from "../../../engine/job/handler.ts";
import { InputRejected } from "../../../engine/job/input-rejected.ts";
import { type Refusal, sourceFile } from "../../shared/decode-untrusted.ts";
import { deleteSource, readSource } from "../../shared/source-object.ts";
import { pictureLimits } from "./child/contract.ts";
import { decodeUpload } from "./decode-upload.ts";
import { readyEffects, refusedEffects } from "./image-effects.ts";
import { isSuperseded, type ResizePayload, readImageRow } from "./image-row.ts";
import { contentTypes } from "./picture-format.ts";
import { refusals } from "./refusals.ts";
import { deleteStaleResults, storeResults } from "./store-results.ts";
import { variants } from "./variants.ts";

/** Makes the handler. */
export function resizeImageHandler(): Handler<ResizePayload> {
  return {
    run: resize,
    // This result or that of a later version is committed, so the upload is no longer needed.
    afterCommit: (payload, _, context) => deleteSource(payload, context),
  };
}

async function resize(payload: ResizePayload, context: JobContext): Promise<JobResult> {
  const seen = await readImageRow(payload, context);
  if (isSuperseded(seen, payload)) {
    await deleteStaleResults(context, seen);
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
  // The owner has deleted the picture, so there is nothing to show: only the rejection is recorded.
  if (source.outcome === "gone") throw new InputRejected("source-gone", refusals.sourceGone().reason);
  if (source.outcome === "too-large") return refuse(refusals.tooManyBytes(source.bytes));
  if (source.bytes === 0) return refuse(refusals.emptyFile());
  const decoded = await decodeUpload(directory, variants, context);
  if (decoded.outcome === "refused") return refuse(decoded.refusal);
  const pictures = await storeResults(payload, context, seen, decoded.pictures);
  const { width, height, format } = pictures[0].picture;
  const { notes } = decoded;
  return {
    effects: readyEffects(payload, context, seen, { pictures, source, notes }),
    result: {
      ...shownAt(payload, context),
      width,
      height,
      contentType: contentTypes[format],
      ...(notes.length > 0 && { notes }),
    },
  };
}

/** The object that people see. */
const shownAt = ({ key }: ResizePayload, { names }: JobContext) => ({
  bucket: names.buckets.results,
  key: variants[0].keyOf(key),
});
