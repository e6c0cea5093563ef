// DeleteObject and DeleteObjects: adds a delete marker, or removes exactly one version for good.
import { z } from "zod";
import type { ServiceResponse } from "../../gateway/service.ts";
import { leaf, tree, type Xml } from "../../protocols/xml.ts";
import { type DocumentCall, requireBucket, type S3Call, xmlResponse } from "../call.ts";
import { recordEvent } from "../events/publish-changes.ts";
import { S3Error } from "../protocol/errors.ts";
import { parseDocument } from "../protocol/read-xml.ts";
import type { Bucket } from "../store/buckets.ts";
import { requireDeleteCondition } from "./conditions.ts";
import { checkVersionId } from "./read-object.ts";

/** What was deleted: the given version, or the marker that was added or removed. */
type Deleted = { versionId?: string; deleteMarker: boolean };

/** Removes exactly one version. Removing a missing version succeeds. */
function deleteVersion(call: S3Call, bucket: Bucket, versionId: string): Deleted {
  const version = call.cloud.versions.find(call.bucket, call.key, checkVersionId(versionId));
  if (version === undefined) return { versionId, deleteMarker: false };
  call.cloud.versions.remove(version);
  recordEvent(call, bucket, "ObjectRemoved:Delete", version);
  return { versionId, deleteMarker: version.deleteMarker };
}

/** Adds a delete marker, whether or not the key exists. */
function addMarker(call: S3Call, bucket: Bucket): Deleted {
  const marker = call.cloud.versions.add(bucket, {
    key: call.key,
    deleteMarker: true,
    size: 0,
    etag: "d41d8cd98f00b204e9800998ecf8427e",
    modifiedMs: call.cloud.clock.now(),
    headers: {},
    tags: {},
    bodyId: undefined,
  });
  recordEvent(call, bucket, "ObjectRemoved:DeleteMarkerCreated", marker);
  return { versionId: marker.versionId, deleteMarker: true };
}

function deleteOne(
  call: S3Call,
  bucket: Bucket,
  versionId: string | undefined,
  match: string | undefined,
): Deleted {
  const current = call.cloud.versions.latest(call.bucket, call.key);
  requireDeleteCondition(match, current);
  if (versionId !== undefined) return deleteVersion(call, bucket, versionId);
  if (bucket.versioning !== undefined) return addMarker(call, bucket);
  if (current !== undefined) {
    call.cloud.versions.remove(current);
    recordEvent(call, bucket, "ObjectRemoved:Delete", current);
  }
  return { deleteMarker: false };
}

/** DeleteObject. */
export function deleteObject(call: S3Call): ServiceResponse {
  const versionId = call.query.get("versionId") ?? undefined;
  const deleted = call.cloud.database.transaction(() =>
    deleteOne(call, requireBucket(call), versionId, call.headers["if-match"]),
  );
  return {
    status: 204,
    headers: {
      ...(deleted.versionId !== undefined && { "x-amz-version-id": deleted.versionId }),
      ...(deleted.deleteMarker && { "x-amz-delete-marker": "true" }),
    },
    summary: { bucket: call.bucket, key: call.key, ...deleted },
  };
}

const deleteSchema = z.object({
  Quiet: z.string().optional(),
  Object: z
    .array(
      z.object({ Key: z.string().min(1), VersionId: z.string().optional(), ETag: z.string().optional() }),
    )
    .min(1)
    .max(1000),
});

type Entry = z.infer<typeof deleteSchema>["Object"][number];

/** Deletes one entry of a list. Its error does not affect the other entries. */
function deleteEntry(call: S3Call, bucket: Bucket, entry: Entry, quiet: boolean): Xml[] {
  const versionId = entry.VersionId === "" ? undefined : entry.VersionId;
  const names = [leaf("Key", entry.Key), leaf("VersionId", versionId)];
  try {
    const deleted = deleteOne({ ...call, key: entry.Key }, bucket, versionId, entry.ETag);
    if (quiet) return [];
    const marker = deleted.deleteMarker
      ? [leaf("DeleteMarker", true), leaf("DeleteMarkerVersionId", deleted.versionId)]
      : [];
    return [tree("Deleted", [...names, ...marker])];
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    return [tree("Error", [...names, leaf("Code", error.code), leaf("Message", error.message)])];
  }
}

/** DeleteObjects. */
export function deleteObjects(call: DocumentCall): ServiceResponse {
  if (call.request.headers["content-md5"] === undefined && call.payload.checksum === undefined) {
    throw new S3Error(
      "InvalidRequest",
      "Missing required header for this request: Content-MD5 OR x-amz-checksum-*",
    );
  }
  const { Object: entries, Quiet } = parseDocument(call.payload.bytes, "Delete", deleteSchema);
  const results = call.cloud.database.transaction(() => {
    const bucket = requireBucket(call);
    return entries.flatMap((entry) => deleteEntry(call, bucket, entry, Quiet === "true"));
  });
  return xmlResponse("DeleteResult", results);
}
