// PutObject, and the function that stores a new object (PostObject uses it as well).
import type { ServiceResponse } from "../../gateway/service.ts";
import { requireBucket, type S3Call } from "../call.ts";
import { recordEvent } from "../events/publish-changes.ts";
import { algorithmNamed, type Checksum, checksumOf } from "../protocol/checksums.ts";
import type { EventName } from "../protocol/notification-rules.ts";
import type { Payload } from "../protocol/payload.ts";
import { md5Of } from "../store/bodies.ts";
import type { Bucket } from "../store/buckets.ts";
import type { Version } from "../store/versions.ts";
import { requireWriteConditions } from "./conditions.ts";
import { headersToKeep, refuseUnkept, writtenHeaders } from "./object-headers.ts";
import { parseTags } from "./tagging.ts";

/** The checksum to store: the sender's, else one with the requested algorithm, else CRC64NVME as in S3. */
async function checksumToKeep(payload: Payload, asked: string | undefined): Promise<Checksum> {
  if (payload.checksum !== undefined) return { ...payload.checksum, type: "FULL_OBJECT" };
  const algorithm = asked === undefined ? "CRC64NVME" : algorithmNamed(asked);
  return { algorithm, type: "FULL_OBJECT", value: await checksumOf(algorithm, [payload.bytes]) };
}

/**
 * Stores the call's payload as a new version of a key, if the call's conditions hold, and its event.
 * @throws S3Error for the bucket, the headers or the conditions
 */
export async function writeObject(
  call: S3Call,
  eventName: EventName,
): Promise<{ bucket: Bucket; version: Version }> {
  requireBucket(call);
  refuseUnkept(call.headers);
  const headers = headersToKeep(call.headers);
  const tags = parseTags(call.headers["x-amz-tagging"]);
  const checksum = await checksumToKeep(call.payload, call.headers["x-amz-sdk-checksum-algorithm"]);
  const etag = await md5Of([call.payload.bytes]);
  const { database, versions, bodies, clock } = call.cloud;
  return database.transaction(() => {
    const bucket = requireBucket(call);
    requireWriteConditions(call.headers, versions.latest(call.bucket, call.key));
    const version = versions.add(bucket, {
      key: call.key,
      deleteMarker: false,
      size: call.payload.bytes.length,
      etag,
      modifiedMs: clock.now(),
      headers,
      checksum,
      tags,
      bodyId: bodies.write(call.payload.bytes),
    });
    recordEvent(call, bucket, eventName, version);
    return { bucket, version };
  });
}

/** PutObject. */
export async function putObject(call: S3Call): Promise<ServiceResponse> {
  const { bucket, version } = await writeObject(call, "ObjectCreated:Put");
  return {
    status: 200,
    headers: writtenHeaders(bucket, version),
    summary: { bucket: call.bucket, key: call.key, bytes: version.size, versionId: version.versionId },
  };
}
