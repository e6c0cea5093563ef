// Handler of remove-picture. The current state of the bucket decides, not the event. If the result is gone, the picture
// leaves its album and its row becomes `removed`. If an object is at the key (a newer upload's result, or the event came
// twice or late), nothing happens. Every write is conditional on the row that the job read, as in resize-image.
import type { PayloadOf } from "../../../engine/job/define-job.ts";
import type { Handler } from "../../../engine/job/handler.ts";
import { removedEffects } from "../resize-image/image-effects.ts";
import { readImageRow } from "../resize-image/image-row.ts";
import { currentResult } from "../resize-image/result-object.ts";
import { variants } from "../resize-image/variants.ts";
import type { removePicture } from "./job.ts";

/** Makes the handler. */
export function removePictureHandler(): Handler<PayloadOf<typeof removePicture>> {
  return {
    run: async ({ key }, context) => {
      const kept = { effects: [], result: { removed: false } };
      // The first variant has the upload's key; deleted objects of other variants have no row.
      const seen = await readImageRow({ bucket: context.names.buckets.uploads, key }, context);
      if (seen?.state !== "ready") return kept;
      const shown = seen.results[variants[0].name];
      if (shown === undefined || (await currentResult(shown, context)) !== undefined) return kept;
      const { album } = seen;
      return { effects: removedEffects(seen, context), result: { removed: true, album } };
    },
  };
}
