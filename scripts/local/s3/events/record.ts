// The shape of events: S3's own record (version 2.1) and EventBridge's. Pure functions.
// Source: S3 user guide, "Event message structure" and "EventBridge event message structure".
import { randomUUID } from "node:crypto";
import { encodeKey, isoTime } from "../protocol/encoding.ts";
import type { EventName } from "../protocol/notification-rules.ts";

/** One change of one key. Deletions have no `size` and no `etag`, as in S3. */
export type ObjectEvent = {
  name: EventName;
  bucket: string;
  /** Decoded. */
  key: string;
  size?: number;
  etag?: string;
  /** Absent in buckets that were never versioned. */
  versionId?: string;
  sequencer: string;
  timeMs: number;
  requestId: string;
  principalId: string;
  region: string;
  accountId: string;
};

/** The owner of all buckets and objects, in `ownerIdentity.principalId` and in listings. */
export const ownerId = "LOCALOWNER";

/** The body of a notification to a topic, queue or function. */
export function notification(event: ObjectEvent, configurationId: string): unknown {
  const record = {
    eventVersion: "2.1",
    eventSource: "aws:s3",
    awsRegion: event.region,
    eventTime: isoTime(event.timeMs),
    eventName: event.name,
    userIdentity: { principalId: event.principalId },
    requestParameters: { sourceIPAddress: "127.0.0.1" },
    responseElements: { "x-amz-request-id": event.requestId, "x-amz-id-2": hostId(event.requestId) },
    s3: {
      s3SchemaVersion: "1.0",
      configurationId,
      bucket: {
        name: event.bucket,
        ownerIdentity: { principalId: ownerId },
        arn: `arn:aws:s3:::${event.bucket}`,
      },
      object: {
        key: encodeKey(event.key),
        size: event.size,
        eTag: event.etag,
        versionId: event.versionId,
        sequencer: event.sequencer,
      },
    },
  };
  return { Records: [record] };
}

/** The test message S3 sends to a topic or queue when a notification is configured. */
export function testEvent(bucket: string, timeMs: number, requestId: string): unknown {
  return {
    Service: "Amazon S3",
    Event: "s3:TestEvent",
    Time: isoTime(timeMs),
    Bucket: bucket,
    RequestId: requestId,
    HostId: hostId(requestId),
  };
}

const reasons: Readonly<Record<EventName, string>> = {
  "ObjectCreated:Put": "PutObject",
  "ObjectCreated:Post": "POST Object",
  "ObjectCreated:Copy": "CopyObject",
  "ObjectCreated:CompleteMultipartUpload": "CompleteMultipartUpload",
  "ObjectRemoved:Delete": "DeleteObject",
  "ObjectRemoved:DeleteMarkerCreated": "DeleteObject",
};

/** The event for EventBridge, where the key is not encoded. */
export function eventBridgeEvent(event: ObjectEvent): unknown {
  const created = event.name.startsWith("ObjectCreated:");
  const deletionType =
    event.name === "ObjectRemoved:DeleteMarkerCreated" ? "Delete Marker Created" : "Permanently Deleted";
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": created ? "Object Created" : "Object Deleted",
    source: "aws.s3",
    account: event.accountId,
    time: isoTime(event.timeMs).replace(/\.\d{3}Z$/, "Z"),
    region: event.region,
    resources: [`arn:aws:s3:::${event.bucket}`],
    detail: {
      version: "0",
      bucket: { name: event.bucket },
      object: {
        key: event.key,
        size: event.size,
        etag: event.etag,
        "version-id": event.versionId,
        sequencer: event.sequencer,
      },
      "request-id": event.requestId,
      requester: event.accountId,
      "source-ip-address": "127.0.0.1",
      reason: reasons[event.name],
      ...(!created && { "deletion-type": deletionType }),
    },
  };
}

/** `x-amz-id-2` of a request. */
export function hostId(requestId: string): string {
  return Buffer.from(`host/${requestId}`).toString("base64");
}
