// What a stored or a refused upload changes, as effects of the ledger's transaction.
import { randomUUID } from "node:crypto";
import type { ComputedEffects, Effect, JobContext } from "../../../engine/job/handler.ts";
import { InputRejected } from "../../../engine/job/input-rejected.ts";
import type { Refusal } from "../../shared/decode-untrusted.ts";
import type { AuditedAction } from "../rows/audit-row.ts";
import { abandonFile, audited, type FutureFile, putFile, releaseRoom, takeQuota } from "../rows/effects.ts";
import { expiryOf, type FileRow, shardOf } from "../rows/file-row.ts";
import { storedKey } from "../rows/ids.ts";
import { openAttribute } from "../rows/quota-row.ts";
import type { UploadRow } from "../rows/upload-row.ts";
import type { StoredCopy } from "./copy.ts";
import { refusals } from "./refusals.ts";

/** What became of an upload. */
export type StoredUpload = { copy: StoredCopy; contentType: string; preview: FileRow["preview"] };

/** The file is stored: its row, the quota, the upload's row, the audit and, for a request, its counters. */
export function storedEffects(
  upload: UploadRow,
  stored: StoredUpload,
  quotaBytes: number,
  context: JobContext,
): ComputedEffects {
  const { names } = context;
  const row = fileRowOf(upload, stored, context);
  const { bytes, contentType } = row;
  const effects = [
    putFile(names, row),
    takeQuota(names, row, quotaBytes, upload),
    endUpload(upload, { state: "stored" }, context),
    auditedUpload(upload, { action: "upload", details: { bytes, contentType } }, context),
    ...countRequest(upload, bytes, context),
  ];
  const reasons = [
    refusals.alreadyStored(),
    refusals.overQuota(quotaBytes),
    refusals.alreadyStored(),
    undefined,
    refusals.requestClosed(),
  ];
  return async (refused) => {
    const refusal = refused === undefined ? undefined : reasons[refused];
    if (refusal) throw refusedUpload(upload, refusal, context);
    return effects;
  };
}

/**
 * The rejection of an upload: the person sees the reason in the upload's row. A copy that a run has made is swept. A second
 * version of a stored upload changes nothing but the audit.
 */
export function refusedUpload(upload: UploadRow, refusal: Refusal, context: JobContext): InputRejected {
  const { code, reason } = refusal;
  const { names, now } = context;
  const audit = auditedUpload(upload, { action: "refused-upload", details: { code } }, context);
  const repeated = code === refusals.alreadyStored().code || upload.state !== "issued";
  const effects = repeated
    ? [audit]
    : [
        endUpload(upload, { state: "refused", refusal }, context),
        releaseRoom(names, upload.owner, upload),
        audit,
        abandonFile(names, futureFile(upload), now()),
      ];
  return new InputRejected(code, reason, { effects });
}

/** The file that an upload will be. */
export const futureFile = ({ fileId: id, owner, name, folder, requestId }: UploadRow): FutureFile => ({
  id,
  owner,
  name,
  folder,
  origin: requestId === undefined ? "upload" : "request",
});

function fileRowOf(
  upload: UploadRow,
  { copy, contentType, preview }: StoredUpload,
  { names, now }: JobContext,
): FileRow {
  const createdAt = now();
  const { hours, requestId, from } = upload;
  const file = futureFile(upload);
  return {
    ...file,
    bytes: copy.bytes,
    contentType,
    checksum: copy.checksum,
    bucket: names.buckets.secure,
    key: storedKey(file.id),
    versionId: copy.versionId,
    ...(preview && { preview }),
    ...(requestId !== undefined && { requestId }),
    ...(from !== undefined && { from }),
    createdAt: new Date(createdAt).toISOString(),
    ...expiryOf(createdAt, hours),
    state: "ready",
    sharedWith: 0,
    downloads: 0,
    version: 1,
    shard: shardOf(file.id),
  };
}

function endUpload(
  { id }: UploadRow,
  { state, refusal }: Pick<UploadRow, "state" | "refusal">,
  { names }: JobContext,
): Effect {
  return {
    Update: {
      TableName: names.tables.uploads,
      Key: { id },
      // A refusal stays in the list, so that the person sees why.
      UpdateExpression: `SET #state = :state${refusal ? ", refusal = :refusal" : ""} REMOVE #copy${refusal ? "" : ", listedFor"}`,
      ConditionExpression: "#state = :issued",
      ExpressionAttributeNames: { "#state": "state", "#copy": "copy" },
      ExpressionAttributeValues: {
        ":state": state,
        ":issued": "issued",
        ...(refusal && { ":refusal": refusal }),
      },
    },
  };
}

function auditedUpload(
  { owner, ownerName, fileId, name: fileName, requestId, from }: UploadRow,
  action: Pick<AuditedAction, "action" | "details">,
  { names, now }: JobContext,
): Effect {
  const actor =
    requestId === undefined
      ? { actor: owner, actorName: ownerName }
      : { actor: `request:${requestId}`, actorName: from ?? "" };
  return audited(names, { ...action, ...actor, owner, fileId, fileName }, now(), randomUUID());
}

/** Counts the file of an outsider. Refused when the request takes no more. */
function countRequest(announced: UploadRow, bytes: number, { names }: JobContext): Effect[] {
  const { requestId } = announced;
  if (requestId === undefined) return [];
  return [
    {
      Update: {
        TableName: names.tables.links,
        Key: { id: requestId },
        UpdateExpression:
          "SET #request.received = #request.received + :one, #request.receivedBytes = #request.receivedBytes + :bytes ADD #open :less",
        ConditionExpression: "#request.received < #request.maxFiles AND attribute_not_exists(revokedAt)",
        ExpressionAttributeNames: { "#request": "request", "#open": openAttribute(announced.issuedAt) },
        ExpressionAttributeValues: { ":one": 1, ":bytes": bytes, ":less": -announced.bytes },
      },
    },
  ];
}
