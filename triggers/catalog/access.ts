// What each trigger may do in the cloud besides writing its log. Its role allows this and nothing else.
import type { BucketAction, BucketName } from "../../worker/fleet/buckets.ts";
import type { ResourceNames } from "../../worker/fleet/resources.ts";
import type { TableAction, TableName } from "../../worker/fleet/tables.ts";
import type { TopicName } from "../../worker/fleet/topics.ts";
import { type JobKind, jobKinds } from "../../worker/jobs/catalog.ts";
import type { TriggerName } from "./event-sources.ts";

/** A trigger's rights; anything else is refused. The right to read its own stream follows from its event source. */
export type TriggerAccess = {
  /** Job kinds that the trigger enqueues. */
  enqueues?: readonly JobKind[];
  /** The trigger keeps events with records that it dropped on its own failure queue. */
  keepsDropped?: true;
  /** The trigger counts the messages of all queues of the fleet, or of these kinds' queues, without reading any. */
  counts?: "all" | readonly JobKind[];
  publishes?: readonly TopicName[];
  tables?: Readonly<Partial<Record<TableName, readonly TableAction[]>>>;
  buckets?: Readonly<Partial<Record<BucketName, readonly BucketAction[]>>>;
  /** The trigger reads the Auto Scaling group and ends instances of it, which drain. */
  scales?: true;
  /** Systems Manager parameters that the trigger reads decrypted, with GetParameters. */
  parameters?: readonly (keyof ResourceNames["parameters"])[];
};

/** The rights of every trigger. */
export const triggerAccess: Readonly<Record<TriggerName, TriggerAccess>> = {
  "image-uploaded": { enqueues: ["resize-image"], keepsDropped: true, tables: { uploads: ["GetItem"] } },
  "picture-removed": { enqueues: ["remove-picture"], keepsDropped: true },
  "mail-received": { enqueues: ["parse-mail"], keepsDropped: true },
  "slack-message": {
    publishes: ["words"],
    tables: { words: ["BatchGetItem", "GetItem"], jobs: ["GetItem"] },
    parameters: ["slackSigningSecrets", "slackWebhookTokens"],
  },
  // An outbox row may be a job of any kind.
  "record-changed": { enqueues: jobKinds, tables: { outbox: ["UpdateItem"] } },
  "metrics-due": {
    counts: "all",
    scales: true,
    tables: { workers: ["QueryIndexes", "BatchGetItem"], scaling: ["GetItem", "PutItem"] },
  },
  "file-uploaded": { enqueues: ["store-file"], keepsDropped: true, tables: { uploads: ["GetItem"] } },
  "files-due": { enqueues: ["expire-files"], tables: { files: ["QueryIndexes"] } },
  // It lists objects and reads none.
  "untaken-due": {
    enqueues: ["resize-image", "parse-mail", "store-file"],
    counts: ["resize-image", "parse-mail", "store-file"],
    tables: { jobs: ["BatchGetItem"], images: ["GetItem"], uploads: ["GetItem"] },
    buckets: {
      uploads: ["ListBucketVersions"],
      mails: ["ListBucketVersions"],
      incoming: ["ListBucketVersions"],
    },
  },
  "outbox-due": { enqueues: jobKinds, tables: { outbox: ["QueryIndexes", "UpdateItem"] } },
  // Addresses that the pages sign can do what this role may do. It reads files and pictures, and takes them in, but it
  // can neither replace nor delete a stored file.
  web: {
    tables: {
      sessions: ["GetItem", "BatchGetItem", "QueryIndexes", "PutItem", "UpdateItem", "DeleteItem"],
      people: ["GetItem", "BatchGetItem", "QueryIndexes", "UpdateItem"],
      files: ["GetItem", "BatchGetItem", "QueryIndexes", "UpdateItem"],
      shares: ["BatchGetItem", "Query", "QueryIndexes", "PutItem", "UpdateItem", "DeleteItem"],
      links: ["GetItem", "QueryIndexes", "PutItem", "UpdateItem", "DeleteItem"],
      uploads: ["GetItem", "BatchGetItem", "QueryIndexes", "PutItem", "UpdateItem"],
      quotas: ["GetItem", "UpdateItem"],
      audit: ["Query", "QueryIndexes", "PutItem"],
      packs: ["GetItem", "PutItem"],
      outbox: ["PutItem"],
      outgoingMails: ["PutItem"],
      jobs: ["BatchGetItem"],
      images: ["GetItem", "BatchGetItem", "QueryIndexes", "UpdateItem", "DeleteItem"],
      albums: ["GetItem", "QueryIndexes"],
      albumPictures: ["Query"],
      sheets: ["Query"],
      words: ["GetItem", "QueryIndexes"],
      wordHours: ["Query", "QueryIndexes"],
      wordBoards: ["GetItem", "PutItem", "UpdateItem"],
    },
    buckets: {
      incoming: ["PutObject", "AbortMultipartUpload", "ListMultipartUploadParts"],
      secure: ["GetObjectVersion"],
      uploads: ["PutObject", "DeleteObject"],
      results: ["GetObjectVersion", "DeleteObject"],
      sheets: ["GetObjectVersion"],
    },
  },
};
