// Trigger: a file was uploaded. Validates the event, finds whom the upload was issued to and enqueues store-file.
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Enqueue } from "../worker/engine/enqueue/enqueue.ts";
import { incomingPrefix } from "../worker/jobs/files/rows/ids.ts";
import { storeFile } from "../worker/jobs/files/store-file/job.ts";
import { readConfig } from "./shared/config.ts";
import { type KeepDropped, keepDroppedFrom } from "./shared/dropped-records.ts";
import { issuedOwner } from "./shared/issued-uploads.ts";
import { lazyHandler } from "./shared/lambda.ts";
import { type Log, log as stdout } from "./shared/log.ts";
import { objectTrigger } from "./shared/object-events.ts";
import { enqueueFrom } from "./shared/queues.ts";
import { openTables } from "./shared/tables.ts";

export type FileUploadedOptions = {
  incomingBucket: string;
  db: DynamoDBDocumentClient;
  /** The uploads table. */
  table: string;
  enqueue: Enqueue;
  keepDropped: KeepDropped;
  log: Log;
};

/** Makes the trigger's function, see `objectTrigger`. Objects outside the prefix of uploads are ignored and counted. */
export function fileUploaded({ incomingBucket, db, table, enqueue, keepDropped, log }: FileUploadedOptions) {
  return objectTrigger({
    bucket: incomingBucket,
    on: "ObjectCreated",
    isOurs: ({ key }) => key.startsWith(incomingPrefix),
    enqueueObject: async (object) => {
      const { bucket, key, versionId, size } = object;
      const owner = await issuedOwner(db, table, object);
      return enqueue(storeFile, { bucket, key, versionId, size, ...(owner && { owner }) });
    },
    keepDropped,
    log,
  });
}

/** Lambda's entry. */
export const handler = lazyHandler(() => {
  const config = readConfig();
  const { buckets, tables } = config.names;
  return fileUploaded({
    incomingBucket: buckets.incoming,
    db: openTables(config),
    table: tables.uploads,
    enqueue: enqueueFrom(config),
    keepDropped: keepDroppedFrom(config, "file-uploaded"),
    log: stdout,
  });
});
