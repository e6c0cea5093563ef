// What each trigger may do in the cloud besides writing its log: its role allows this and nothing else.

import type { BucketAction, BucketName } from "../../worker/fleet/buckets.ts";
import type { ResourceNames } from "../../worker/fleet/resources.ts";
import type { TableAction, TableName } from "../../worker/fleet/tables.ts";
import type { TopicName } from "../../worker/fleet/topics.ts";
import { type JobKind, jobKinds } from "../../worker/jobs/catalog.ts";
import type { TriggerName } from "./event-sources.ts";

/** A trigger's rights; what is left out is refused. Reading its own stream is the event source's right, not listed here. */
export type TriggerAccess = {
  /** Kinds it enqueues. */
  enqueues?: readonly JobKind[];
  /** Counts the messages of all the fleet's queues, without reading any. */
  counts?: true;
  publishes?: readonly TopicName[];
  tables?: Readonly<Partial<Record<TableName, readonly TableAction[]>>>;
  buckets?: Readonly<Partial<Record<BucketName, readonly BucketAction[]>>>;
  /** Parameters of Systems Manager it reads by GetParameters, decrypted. */
  parameters?: readonly (keyof ResourceNames["parameters"])[];
};

export const triggerAccess: Readonly<Record<TriggerName, TriggerAccess>> = {
  "image-uploaded": { enqueues: ["resize-image"], tables: { uploads: ["GetItem"] } },
  "picture-removed": { enqueues: ["remove-picture"] },
  "mail-received": { enqueues: ["parse-mail"] },
  "slack-message": {
    publishes: ["words"],
    tables: { words: ["BatchGetItem", "GetItem"], jobs: ["GetItem"] },
    parameters: ["slackSigningSecrets", "slackWebhookTokens"],
  },
  // An outbox row may be a job of any kind.
  "record-changed": { enqueues: jobKinds, tables: { outbox: ["UpdateItem"] } },
  "metrics-due": { counts: true },
  "outbox-due": { enqueues: jobKinds, tables: { outbox: ["QueryIndexes", "UpdateItem"] } },
};
