// Trigger: a picture's result was deleted. Enqueues remove-picture. The job checks whether the picture is really gone:
// workers replace and delete results too, and events may come late.
import type { Enqueue } from "../worker/engine/enqueue/enqueue.ts";
import { removePicture } from "../worker/jobs/pictures/remove-picture/job.ts";
import { readConfig } from "./shared/config.ts";
import { type KeepDropped, keepDroppedFrom } from "./shared/dropped-records.ts";
import { lazyHandler } from "./shared/lambda.ts";
import { type Log, log as stdout } from "./shared/log.ts";
import { objectTrigger } from "./shared/object-events.ts";
import { enqueueFrom } from "./shared/queues.ts";

export type PictureRemovedOptions = {
  resultsBucket: string;
  enqueue: Enqueue;
  keepDropped: KeepDropped;
  log: Log;
};

/** Makes the trigger's function, see `objectTrigger`. */
export function pictureRemoved({ resultsBucket, enqueue, keepDropped, log }: PictureRemovedOptions) {
  return objectTrigger({
    bucket: resultsBucket,
    on: "ObjectRemoved",
    enqueueObject: ({ bucket, key, versionId }) => enqueue(removePicture, { bucket, key, versionId }),
    keepDropped,
    log,
  });
}

/** Lambda's entry. */
export const handler = lazyHandler(() => {
  const config = readConfig();
  return pictureRemoved({
    resultsBucket: config.names.buckets.results,
    enqueue: enqueueFrom(config),
    keepDropped: keepDroppedFrom(config, "picture-removed"),
    log: stdout,
  });
});
