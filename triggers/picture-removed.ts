// A person deleted a picture's result: enqueue remove-picture. Runs in Lambda. Whether the picture is really gone is the
// job's business: results are replaced and taken back, too, and events come late.

import type { Enqueue } from "../worker/engine/enqueue/enqueue.ts";
import { removePicture } from "../worker/jobs/pictures/remove-picture/job.ts";
import { readConfig } from "./shared/config.ts";
import { type Log, log as stdout } from "./shared/log.ts";
import { objectTrigger, type TriggerReport } from "./shared/object-events.ts";
import { enqueueFrom } from "./shared/queues.ts";

/** What the trigger needs. */
export type PictureRemovedOptions = { resultsBucket: string; enqueue: Enqueue; log: Log };

/** Makes the handler, see `objectTrigger`. */
export function pictureRemoved({ resultsBucket, enqueue, log }: PictureRemovedOptions) {
  return objectTrigger({
    bucket: resultsBucket,
    on: "ObjectRemoved",
    enqueueObject: ({ bucket, key, versionId }) => enqueue(removePicture, { bucket, key, versionId }),
    log,
  });
}

let made: ReturnType<typeof pictureRemoved> | undefined;

/** Lambda's entry; clients are made at the first event and kept for the life of the execution environment. */
export async function handler(event: unknown): Promise<TriggerReport> {
  if (made === undefined) {
    const config = readConfig();
    made = pictureRemoved({
      resultsBucket: config.names.buckets.results,
      enqueue: enqueueFrom(config),
      log: stdout,
    });
  }
  return made(event);
}
