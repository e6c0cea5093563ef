// What changes with a file, as actions of one transaction: the quota goes up and down with the file's row, and every action
// has its audit row. Jobs and pages build their transactions from these.
import type { TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import type { ResourceNames } from "../../../fleet/resources.ts";
import { type AuditedAction, auditRow } from "./audit-row.ts";
import { type FileRow, keepEndedSeconds } from "./file-row.ts";

type Action = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

/** Puts the row of a new file. Refused when a file with this id exists. */
export const putFile = ({ tables }: ResourceNames, row: FileRow): Action => ({
  Put: { TableName: tables.files, Item: row, ConditionExpression: "attribute_not_exists(id)" },
});

/** Counts a new file. Refused when the person would keep more than `quotaBytes`. */
export const takeQuota = (
  { tables }: ResourceNames,
  { owner, bytes }: Pick<FileRow, "owner" | "bytes">,
  quotaBytes: number,
): Action => ({
  Update: {
    TableName: tables.quotas,
    Key: { person: owner },
    UpdateExpression: "ADD #bytes :size, #files :one",
    ConditionExpression:
      bytes > quotaBytes ? "attribute_exists(never)" : "attribute_not_exists(#bytes) OR #bytes <= :room",
    ExpressionAttributeNames: { "#bytes": "bytes", "#files": "files" },
    ExpressionAttributeValues: {
      ":size": bytes,
      ":one": 1,
      ...(bytes <= quotaBytes && { ":room": quotaBytes - bytes }),
    },
  },
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
 * Ends a ready file: nobody gets it any more, and the sweeper deletes its objects next. Refused when the row has changed
 * since it was read.
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
      "SET #state = :state, #version = :next, endedAt = :at, dueAt = :at, sharedWith = :zero, forgetAt = :forget",
    ConditionExpression: "#state = :ready AND #version = :seen",
    ExpressionAttributeNames: { "#state": "state", "#version": "version" },
    ExpressionAttributeValues: {
      ":state": state,
      ":ready": "ready",
      ":seen": version,
      ":next": version + 1,
      ":at": new Date(now).toISOString(),
      ":zero": 0,
      ":forget": Math.floor(now / 1000) + keepEndedSeconds,
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
