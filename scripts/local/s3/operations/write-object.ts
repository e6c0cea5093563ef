// PutObject, and the function that stores a new object (PostObject uses it as well).
import type { ServiceResponse } from "../../gateway/service.ts";
import { requireBucket, type S3Call } from "../call.ts";
import { recordEvent } from "../events/publish-changes.ts";
import { algorithmNamed, type Checksum } from "../protocol/checksums.ts";
import type { EventName } from "../protocol/notification-rules.ts";
import { type IncomingBody, receiveBody } from "../protocol/payload.ts";
import type { Bucket } from "../store/buckets.ts";
import type { Version } from "../store/versions.ts";
import { requireWriteConditions } from "./conditions.ts";
import { headersToKeep, refuseUnkept, writtenHeaders } from "./object-headers.ts";
import { parseTags } from "./tagging.ts";

/**
 * Receives the body of a call and stores it as a new version of a key, if the call's conditions hold, with its event. The
 * checksum to store is the sender's, else one with the requested algorithm, else CRC64NVME as in S3.
 * @throws S3Error for the bucket, the headers, the body or the conditions
 */
export async function writeObject(
  call: S3Call,
  body: IncomingBody,
  eventName: EventName,
): Promise<{ bucket: Bucket; version: Version }> {
  requireBucket(call);
  refuseUnkept(call.headers);
  const headers = headersToKeep(call.headers);
  const tags = parseTags(call.headers["x-amz-tagging"]);
  const algorithm = algorithmNamed(call.headers["x-amz-sdk-checksum-algorithm"] ?? "CRC64NVME");
  const { database, versions, bodies, clock } = call.cloud;
  const received = await receiveBody(body, [algorithm], (chunks) => bodies.receive(chunks, { crcs: false }));
  const declared = received.checksum ?? { algorithm, value: received.checksums.get(algorithm) ?? "" };
  const checksum: Checksum = { ...declared, type: "FULL_OBJECT" };
  return database.transaction(() => {
    const bodyId = bodies.keep(received.kept);
    const bucket = requireBucket(call);
    requireWriteConditions(call.headers, versions.latest(call.bucket, call.key));
    const version = versions.add(bucket, {
      key: call.key,
      deleteMarker: false,
      size: received.kept.size,
      etag: received.etag,
      modifiedMs: clock.now(),
      headers,
      checksum,
      tags,
      bodyId,
    });
    recordEvent(call, bucket, eventName, version);
    return { bucket, version };
  });
}

/** PutObject. */
export async function putObject(call: S3Call, body: IncomingBody): Promise<ServiceResponse> {
  const { bucket, version } = await writeObject(call, body, "ObjectCreated:Put");
  return {
    status: 200,
    headers: writtenHeaders(bucket, version),
    summary: { bucket: call.bucket, key: call.key, bytes: version.size, versionId: version.versionId },
  };
}
