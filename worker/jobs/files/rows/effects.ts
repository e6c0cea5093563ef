// What changes with a file, as actions of one transaction: the quota goes up and down with the file's row, and every action
// has its audit row. Jobs and pages build their transactions from these.
import type { TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import type { ResourceNames } from "../../../fleet/resources.ts";
import { type AuditedAction, auditRow } from "./audit-row.ts";
import { type FileRow, keepEndedSeconds, shardOf } from "./file-row.ts";
import { storedKey } from "./ids.ts";
import { type Announced, addedRoom, openAttribute } from "./quota-row.ts";

type Action = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

/** What is known of a file before it is stored. */
export type FutureFile = Pick<FileRow, "id" | "owner" | "name" | "folder" | "origin">;

/** A job that has not stored its file after this time is given up, and what it wrote is swept. */
const storingMs = 3 * 24 * 60 * 60 * 1000;

/** How long a call that was under way when a file was given up may still write. */
const settleMs = 60 * 60 * 1000;

/**
 * The row of a file that a job is about to write, on record before its first object. Refused when a file with this id was
 * stored or given up.
 */
export const beginFile = (names: ResourceNames, file: FutureFile, now: number): Action =>
  putUnlessEnded(names, { ...emptyRow(names, file, now), state: "storing", dueAt: iso(now + storingMs) });

/** The file will not be stored: the sweeper deletes what was written of it. Refused when it is stored. */
export const abandonFile = (names: ResourceNames, file: FutureFile, now: number): Action => {
  const ended = { endedAt: iso(now), dueAt: iso(now + settleMs), forgetAt: forgetAt(now) };
  return putUnlessEnded(names, { ...emptyRow(names, file, now), state: "deleted", ...ended });
};

const iso = (ms: number): string => new Date(ms).toISOString();

const forgetAt = (now: number): number => Math.floor(now / 1000) + keepEndedSeconds;

/** The row of a file without bytes, with the checksum of nothing. */
const emptyRow = (names: ResourceNames, { id, owner, name, folder, origin }: FutureFile, now: number) => ({
  id,
  owner,
  name,
  folder,
  origin,
  bytes: 0,
  contentType: "application/octet-stream",
  checksum: { algorithm: "SHA256" as const, value: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" },
  bucket: names.buckets.secure,
  key: storedKey(id),
  versionId: "none",
  createdAt: iso(now),
  expiresAt: iso(now),
  sharedWith: 0,
  downloads: 0,
  version: 1,
  shard: shardOf(id),
});

const putUnlessEnded = ({ tables }: ResourceNames, row: FileRow): Action => ({
  Put: {
    TableName: tables.files,
    Item: row,
    ConditionExpression: "attribute_not_exists(id) OR #state = :storing",
    ExpressionAttributeNames: { "#state": "state" },
    ExpressionAttributeValues: { ":storing": "storing" },
  },
});

/** Puts the row of a stored file in place of the row that `beginFile` wrote, and into its owner's list. */
export const putFile = ({ tables }: ResourceNames, row: FileRow): Action => ({
  Put: {
    TableName: tables.files,
    Item: { ...row, listedFor: row.owner },
    ConditionExpression: "#state = :storing",
    ExpressionAttributeNames: { "#state": "state" },
    ExpressionAttributeValues: { ":storing": "storing" },
  },
});

/** Gives up a file whose job has not stored it in time. Refused when the row has changed since it was read. */
export const giveUpFile = (
  { tables }: ResourceNames,
  { id, dueAt }: Pick<FileRow, "id" | "dueAt">,
  now: number,
): Action => ({
  Update: {
    TableName: tables.files,
    Key: { id },
    UpdateExpression: "SET #state = :deleted, endedAt = :at, forgetAt = :forget",
    ConditionExpression: "#state = :storing AND dueAt = :seen",
    ExpressionAttributeNames: { "#state": "state" },
    ExpressionAttributeValues: {
      ":deleted": "deleted",
      ":storing": "storing",
      ":seen": dueAt,
      ":at": iso(now),
      ":forget": forgetAt(now),
    },
  },
});

/**
 * Counts a new file, and lets go of the room that was kept for it since it was announced. Refused when the person would keep
 * more than `quotaBytes`.
 */
export const takeQuota = (
  { tables }: ResourceNames,
  { owner, bytes }: Pick<FileRow, "owner" | "bytes">,
  quotaBytes: number,
  announced?: Announced,
): Action => ({
  Update: {
    TableName: tables.quotas,
    Key: { person: owner },
    UpdateExpression: `ADD #bytes :size, #files :one${announced ? ", #open :less" : ""}`,
    ConditionExpression:
      bytes > quotaBytes ? "attribute_exists(never)" : "attribute_not_exists(#bytes) OR #bytes <= :room",
    ExpressionAttributeNames: {
      "#bytes": "bytes",
      "#files": "files",
      ...(announced && { "#open": openAttribute(announced.issuedAt) }),
    },
    ExpressionAttributeValues: {
      ":size": bytes,
      ":one": 1,
      ...(bytes <= quotaBytes && { ":room": quotaBytes - bytes }),
      ...(announced && { ":less": -announced.bytes }),
    },
  },
});

/** Lets go of the room that was kept for an upload that will not become a file. */
export const releaseRoom = ({ tables }: ResourceNames, owner: string, announced: Announced): Action => ({
  Update: { TableName: tables.quotas, Key: { person: owner }, ...addedRoom(announced, -1) },
});

/** Gives back what a file took. It goes into the transaction that ends the file, which happens once. */
export const returnQuota = (
  { tables }: ResourceNames,
  { owner, bytes }: Pick<FileRow, "owner" | "bytes">,
): Action => ({
  Update: {
    TableName: tables.quotas,
    Key: { person: owner },
    UpdateExpression: "ADD #bytes :size, #files :one",
    ConditionExpression: "#bytes >= :least AND #files > :zero",
    ExpressionAttributeNames: { "#bytes": "bytes", "#files": "files" },
    ExpressionAttributeValues: { ":size": -bytes, ":one": -1, ":least": bytes, ":zero": 0 },
  },
});

/**
 * Ends a ready file: nobody gets it any more, it leaves its owner's list, and the sweeper deletes its objects next. Refused
 * when the row has changed since it was read.
 */
export const endFile = (
  { tables }: ResourceNames,
  { id, version }: Pick<FileRow, "id" | "version">,
  state: "deleted" | "expired",
  now: number,
): Action => ({
  Update: {
    TableName: tables.files,
    Key: { id },
    UpdateExpression:
      "SET #state = :state, #version = :next, endedAt = :at, dueAt = :at, sharedWith = :zero, forgetAt = :forget REMOVE listedFor",
    ConditionExpression: "#state = :ready AND #version = :seen",
    ExpressionAttributeNames: { "#state": "state", "#version": "version" },
    ExpressionAttributeValues: {
      ":state": state,
      ":ready": "ready",
      ":seen": version,
      ":next": version + 1,
      ":at": iso(now),
      ":zero": 0,
      ":forget": forgetAt(now),
    },
  },
});

/** Writes the audit row of an action. `random` is new for every row. */
export const audited = (
  { tables }: ResourceNames,
  action: AuditedAction,
  now: number,
  random: string,
): Action => ({ Put: { TableName: tables.audit, Item: auditRow(action, now, random) } });

/** Deletes a share. */
export const deleteShare = ({ tables }: ResourceNames, person: string, fileId: string): Action => ({
  Delete: { TableName: tables.shares, Key: { person, fileId } },
});

/** Deletes a link. */
export const deleteLink = ({ tables }: ResourceNames, id: string): Action => ({
  Delete: { TableName: tables.links, Key: { id } },
});
