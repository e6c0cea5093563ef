// Trigger: a picture was uploaded. Validates the event, finds the owner and enqueues resize-image. Decodes nothing.
import type { Enqueue } from "../worker/engine/enqueue/enqueue.ts";
import { resizeImage } from "../worker/jobs/pictures/resize-image/job.ts";
import { readConfig } from "./shared/config.ts";
import { type KeepDropped, keepDroppedFrom } from "./shared/dropped-records.ts";
import { isJunkKey } from "./shared/folder-junk.ts";
import { type OwnerOf, ownerReader } from "./shared/issued-uploads.ts";
import { lazyHandler } from "./shared/lambda.ts";
import { type Log, log as stdout } from "./shared/log.ts";
import { objectTrigger } from "./shared/object-events.ts";
import { enqueueFrom } from "./shared/queues.ts";
import { openTables } from "./shared/tables.ts";

export type ImageUploadedOptions = {
  uploadsBucket: string;
  ownerOf: OwnerOf;
  enqueue: Enqueue;
  keepDropped: KeepDropped;
  log: Log;
};

/** Makes the trigger's function, see `objectTrigger`. */
export function imageUploaded({ uploadsBucket, ownerOf, enqueue, keepDropped, log }: ImageUploadedOptions) {
  return objectTrigger({
    bucket: uploadsBucket,
    on: "ObjectCreated",
    isJunk: ({ key }) => isJunkKey(key),
    enqueueObject: async (object) => {
      const { bucket, key, versionId, sequencer, size } = object;
      const owner = await ownerOf(object);
      return enqueue(resizeImage, { bucket, key, versionId, sequencer, size, ...(owner && { owner }) });
    },
    keepDropped,
    log,
  });
}

/** Lambda's entry. */
export const handler = lazyHandler(() => {
  const config = readConfig();
  const { buckets, tables } = config.names;
  return imageUploaded({
    uploadsBucket: buckets.uploads,
    ownerOf: ownerReader(openTables(config), tables.uploads),
    enqueue: enqueueFrom(config),
    keepDropped: keepDroppedFrom(config, "image-uploaded"),
    log: stdout,
  });
});
