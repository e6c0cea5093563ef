// The fleet's tables as data: keys, indexes, streams, and what the worker may do with each. Local mode, provisioning and
// the cloud's stacks read this; a table that resources.ts names and this file does not describe is a type error.
import type { ResourceNames } from "./resources.ts";

/** What code calls a table. */
export type TableName = keyof ResourceNames["tables"];

/** The attributes of a key; names are those in the items. Keys are strings, but for numbers to sort by. */
export type TableKey = { partition: string; sort?: string; sortType?: "N" };

/**
 * DynamoDB's item actions, as IAM names them; those of a transaction are its parts' (DynamoDB developer guide). Query is
 * of the table alone, QueryIndexes of its indexes alone: IAM tells them apart by the resource.
 */
export type TableAction =
  | "GetItem"
  | "BatchGetItem"
  | "Query"
  | "QueryIndexes"
  | "PutItem"
  | "UpdateItem"
  | "DeleteItem"
  | "ConditionCheckItem";

/** A global secondary index: all attributes are projected, or besides the keys only those named. */
export type TableIndex = TableKey & { only?: readonly string[] };

/** A table's key, its global secondary indexes, and whether its changes are streamed. */
export type TableShape = {
  key: TableKey;
  indexes?: Readonly<Record<string, TableIndex>>;
  /** Streams carry new and old images. Local streams slow down after tens of thousands of records. */
  stream?: boolean;
  /** Attribute with epoch seconds after which DynamoDB may delete the item. The local program never does. */
  timeToLive?: string;
};

/** A table by the name it has at the endpoint. */
export type TableDefinition = TableShape & { name: string };

/** The tables, and what the worker's role allows; what triggers may do is in triggers/access.ts. */
export const tableShapes: Readonly<Record<TableName, TableShape & { worker: readonly TableAction[] }>> = {
  jobs: {
    key: { partition: "jobId" },
    // `dead` is sparse: a row is in it while the job's dead letter lies in its queue. That is how dead letters are listed
    // beyond the first ten of a group, which is all that SQS shows.
    indexes: {
      ended: { partition: "endedShard", sort: "endedAt" },
      dead: { partition: "deadKind", sort: "deadAt" },
    },
    timeToLive: "expiresAt",
    worker: ["GetItem", "BatchGetItem", "UpdateItem", "ConditionCheckItem"],
  },
  workers: { key: { partition: "workerId" }, timeToLive: "expiresAt", worker: ["PutItem"] },
  // One partition: a worker asks for all pauses at once, every few seconds.
  pauses: { key: { partition: "fleet", sort: "target" }, worker: ["Query"] },
  images: {
    key: { partition: "id" },
    indexes: { newest: { partition: "owner", sort: "createdAt" } },
    worker: ["GetItem", "BatchGetItem", "PutItem", "UpdateItem"],
  },
  albums: { key: { partition: "album" }, stream: true, worker: ["GetItem", "UpdateItem"] },
  albumPictures: {
    key: { partition: "album", sort: "ordinal" },
    worker: ["Query", "PutItem", "UpdateItem"],
  },
  sheets: { key: { partition: "album", sort: "threshold" }, worker: ["GetItem", "PutItem"] },
  uploads: { key: { partition: "id" }, timeToLive: "expiresAt", worker: [] },
  outbox: {
    key: { partition: "id" },
    // Sparse: relayed rows lose `pending` and are not in it.
    indexes: { pending: { partition: "pending", sort: "dueAt" } },
    stream: true,
    timeToLive: "expiresAt",
    worker: ["PutItem"],
  },
  submissions: {
    key: { partition: "id" },
    // Sparse: the rows of references have no state. One partition a state, so that one query gives the oldest first: an
    // entry without parts and facts is under 1 KB, and a partition takes 1,000 of these a second.
    indexes: {
      byState: {
        partition: "state",
        sort: "receivedAt",
        only: ["reference", "author", "authorName", "subject", "editor", "reason"],
      },
    },
    worker: ["GetItem", "PutItem"],
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
