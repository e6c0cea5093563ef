// Handler of remove-picture. What counts is the bucket as it is now, not the event: a picture whose result is gone leaves
// its album and its row says `removed`; if something lies at the key (a newer upload's result, or an event came twice
// or late), nothing happens. Every write is tied to the row as it was read, as in resize-image.

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
      // The picture itself keeps the upload's key; other variants follow it.
      const seen = await readImageRow({ bucket: context.names.buckets.uploads, key }, context);
      if (seen?.state !== "ready") return kept;
      const shown = seen.results[variants[0].name];
      if (shown === undefined || (await currentResult(shown, context)) !== undefined) return kept;
      const { album } = seen;
      return { effects: removedEffects(seen, context), result: { removed: true, album } };
    },
  };
}
