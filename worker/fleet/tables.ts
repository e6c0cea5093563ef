// The fleet's tables as data: keys, indexes, streams, and what the worker may do with each. Local mode, provisioning and
// the cloud's stacks read this. A table named in resources.ts but not described here is a type error.
import type { ResourceNames } from "./resources.ts";

/** What code calls a table. */
export type TableName = keyof ResourceNames["tables"];

/** The attributes of a key. Keys are strings, except numeric sort keys. */
export type TableKey = { partition: string; sort?: string; sortType?: "N" };

/**
 * DynamoDB's item actions as IAM names them. A transaction needs the actions of its parts (DynamoDB developer guide). Query
 * means the table only, QueryIndexes its indexes only: IAM tells them apart by the resource.
 */
export type TableAction =
  | "GetItem"
  | "BatchGetItem"
  | "Query"
  | "QueryIndexes"
  | "PutItem"
  | "UpdateItem"
  | "DeleteItem"
  | "ConditionCheckItem"
  | "PartiQLInsert";

/** A global secondary index. It projects all attributes, or the keys and those named in `only`, which may be none. */
export type TableIndex = TableKey & { only?: readonly string[] };

/** A table's key, its global secondary indexes, and whether its changes are streamed. */
export type TableShape = {
  key: TableKey;
  indexes?: Readonly<Record<string, TableIndex>>;
  /** The stream carries new and old images. Local streams slow down after tens of thousands of records. */
  stream?: boolean;
  /** Attribute with epoch seconds after which DynamoDB may delete the item. The local database never does. */
  timeToLive?: string;
};

/** A table with its full name. */
export type TableDefinition = TableShape & { name: string };

/** The tables, and the actions the worker's role allows. Those of triggers are in triggers/catalog/access.ts. */
export const tableShapes: Readonly<Record<TableName, TableShape & { worker: readonly TableAction[] }>> = {
  jobs: {
    key: { partition: "jobId" },
    // `dead` is sparse: it contains a job while its dead letter is in the dead-letter queue. It lists dead letters beyond
    // the first ten of a group, which is all that SQS shows. `attention` is sparse, too: jobs that wait for their next run,
    // and rejected ones; a job that is completed in its first run is never in it. `byGroup` is written once for each job, at
    // its first claim: its keys never change. Both have the keys alone.
    indexes: {
      ended: { partition: "endedShard", sort: "endedAt" },
      dead: { partition: "deadKind", sort: "deadAt" },
      byGroup: { partition: "group", sort: "enqueuedAt", only: [] },
      attention: { partition: "attention", sort: "attentionAt", only: [] },
    },
    timeToLive: "expiresAt",
    worker: ["GetItem", "BatchGetItem", "PutItem", "UpdateItem", "ConditionCheckItem", "PartiQLInsert"],
  },
  workers: {
    key: { partition: "workerId" },
    // Sparse: it contains a worker until it stops. Of its attributes only the key, so that renewing a row costs one write.
    indexes: { present: { partition: "fleet", sort: "workerId", only: [] } },
    timeToLive: "expiresAt",
    worker: ["PutItem"],
  },
  // One row: what the scaling policy has learned, and its last decision.
  scaling: { key: { partition: "fleet" }, worker: [] },
  // One partition: a worker reads all pauses with one query every few seconds.
  pauses: { key: { partition: "fleet", sort: "target" }, worker: ["Query"] },
  images: {
    key: { partition: "id" },
    indexes: { newest: { partition: "owner", sort: "createdAt" } },
    worker: ["GetItem", "BatchGetItem", "PutItem", "UpdateItem"],
  },
  albums: {
    key: { partition: "album" },
    indexes: { byOwner: { partition: "owner", sort: "album" } },
    stream: true,
    worker: ["GetItem", "UpdateItem"],
  },
  albumPictures: {
    key: { partition: "album", sort: "ordinal" },
    worker: ["Query", "PutItem", "UpdateItem"],
  },
  sheets: { key: { partition: "album", sort: "threshold" }, worker: ["GetItem", "PutItem"] },
  uploads: {
    key: { partition: "id" },
    // Sparse: an upload leaves a person's list when it is stored or cancelled. Those of pictures are never in it.
    indexes: { listed: { partition: "listedFor", sort: "issuedAt" } },
    timeToLive: "expiresAt",
    worker: ["GetItem", "UpdateItem"],
  },
  outbox: {
    key: { partition: "id" },
    // Sparse: relayed rows lose `pending` and leave the index.
    indexes: { pending: { partition: "pending", sort: "dueAt" } },
    stream: true,
    timeToLive: "expiresAt",
    worker: ["PutItem"],
  },
  submissions: {
    key: { partition: "id" },
    // Sparse: rows of references have no state. One partition per state, so that one query returns the oldest first. An
    // entry without parts and facts is under 1 KB, and a partition takes 1,000 of these a second.
    indexes: {
      byState: {
        partition: "state",
        sort: "receivedAt",
        only: ["reference", "author", "authorName", "subject", "editor", "reason"],
      },
    },
    worker: ["GetItem", "PutItem", "QueryIndexes"],
  },
  outgoingMails: {
    key: { partition: "id" },
    indexes: { byState: { partition: "state", sort: "updatedAt" } },
    worker: ["GetItem", "PutItem", "UpdateItem"],
  },
  correspondents: {
    key: { partition: "id" },
    timeToLive: "expiresAt",
    worker: ["GetItem", "UpdateItem"],
  },
  words: {
    key: { partition: "word" },
    indexes: { top: { partition: "shard", sort: "count", sortType: "N" } },
    worker: ["BatchGetItem", "UpdateItem"],
  },
  wordHours: {
    key: { partition: "word", sort: "hour" },
    // Each hour has partitions of its own, so the words of an hour are read without those of others.
    indexes: { top: { partition: "shard", sort: "count", sortType: "N" } },
    timeToLive: "expiresAt",
    worker: ["UpdateItem"],
  },
  // A row for each board that somebody looks at. Pages make it and read it.
  wordBoards: { key: { partition: "board" }, timeToLive: "expiresAt", worker: [] },
  sessions: {
    key: { partition: "id" },
    indexes: { byPerson: { partition: "person", sort: "createdAt" } },
    timeToLive: "expiresAt",
    worker: [],
  },
  people: {
    key: { partition: "id" },
    // One partition: the directory is read by name, page by page.
    indexes: { directory: { partition: "fleet", sort: "name" }, byAddress: { partition: "address" } },
    worker: [],
  },
  files: {
    key: { partition: "id" },
    // Both are sparse. `listed` contains a file while it is ready, so a list costs what it shows. `due` contains it until its
    // objects are deleted, at the time when the sweeper has work with it; with its keys alone, so that a download, which
    // changes the row's counter, is not written there as well.
    indexes: {
      listed: { partition: "listedFor", sort: "createdAt" },
      due: { partition: "shard", sort: "dueAt", only: [] },
    },
    timeToLive: "forgetAt",
    worker: ["GetItem", "QueryIndexes", "PutItem", "UpdateItem"],
  },
  shares: {
    key: { partition: "person", sort: "fileId" },
    indexes: { byFile: { partition: "fileId", sort: "person" } },
    timeToLive: "expiresAt",
    worker: ["GetItem", "QueryIndexes", "DeleteItem"],
  },
  links: {
    key: { partition: "id" },
    // Both are sorted by their end, so that a list reads what is still there and nothing that has expired. `requests` is
    // sparse: links to files are not in it.
    indexes: {
      requests: { partition: "requestOf", sort: "expiresAt", sortType: "N" },
      byFile: { partition: "fileId", sort: "expiresAt", sortType: "N" },
    },
    timeToLive: "expiresAt",
    worker: ["GetItem", "QueryIndexes", "UpdateItem", "DeleteItem"],
  },
  quotas: { key: { partition: "person" }, worker: ["GetItem", "UpdateItem"] },
  // One partition a day takes 1,000 actions a second.
  audit: {
    key: { partition: "day", sort: "at" },
    indexes: {
      byFile: { partition: "fileId", sort: "at" },
      byActor: { partition: "actor", sort: "at" },
      byOwner: { partition: "owner", sort: "at" },
    },
    timeToLive: "expiresAt",
    worker: ["PutItem"],
  },
  packs: {
    key: { partition: "id" },
    indexes: { byOwner: { partition: "owner", sort: "createdAt" } },
    timeToLive: "expiresAt",
    worker: ["GetItem", "UpdateItem"],
  },
};

/** All names, in the order above. */
export const tableNames = Object.keys(tableShapes) as TableName[];

/** The tables of a fleet. */
export function tableDefinitions({ tables }: ResourceNames): TableDefinition[] {
  return tableNames.map((table) => {
    const { worker: _, ...shape } = tableShapes[table];
    return { name: tables[table], ...shape };
  });
}
