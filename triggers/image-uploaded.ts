// A picture was uploaded: validate the event, find its owner, enqueue resize-image. Runs in Lambda; decodes nothing.

import type { Enqueue } from "../worker/engine/enqueue/enqueue.ts";
import { resizeImage } from "../worker/jobs/pictures/resize-image/job.ts";
import { readConfig } from "./shared/config.ts";
import { type OwnerOf, ownerReader } from "./shared/issued-uploads.ts";
import { type Log, log as stdout } from "./shared/log.ts";
import { objectTrigger, type TriggerReport } from "./shared/object-events.ts";
import { enqueueFrom } from "./shared/queues.ts";
import { openTables } from "./shared/tables.ts";

/** What the trigger needs. */
export type ImageUploadedOptions = { uploadsBucket: string; ownerOf: OwnerOf; enqueue: Enqueue; log: Log };

/** Makes the handler, see `objectTrigger`. */
export function imageUploaded({ uploadsBucket, ownerOf, enqueue, log }: ImageUploadedOptions) {
  return objectTrigger({
    bucket: uploadsBucket,
    on: "ObjectCreated",
    enqueueObject: async (object) => {
      const { bucket, key, versionId, sequencer, size } = object;
      const owner = await ownerOf(object);
      return enqueue(resizeImage, { bucket, key, versionId, sequencer, size, ...(owner && { owner }) });
    },
    log,
  });
}

let made: ReturnType<typeof imageUploaded> | undefined;

/** Lambda's entry; clients are made at the first event and kept for the life of the execution environment. */
export async function handler(event: unknown): Promise<TriggerReport> {
  if (made === undefined) {
    const config = readConfig();
    const { buckets, tables } = config.names;
    made = imageUploaded({
      uploadsBucket: buckets.uploads,
      ownerOf: ownerReader(openTables(config), tables.uploads),
      enqueue: enqueueFrom(config),
      log: stdout,
    });
  }
  return made(event);
}
