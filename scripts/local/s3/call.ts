// The input of an operation: the request, its sender, its body, and the stores.
import type { Clock } from "../clock/clock.ts";
import type { ServiceRequest, ServiceResponse } from "../gateway/service.ts";
import type { Xml } from "../protocols/xml.ts";
import type { Outbox, Publish } from "./events/outbox.ts";
import { s3Document } from "./protocol/document.ts";
import { S3Error } from "./protocol/errors.ts";
import type { NotificationTarget } from "./protocol/notification-rules.ts";
import type { IncomingBody, Payload } from "./protocol/payload.ts";
import type { Bodies } from "./store/bodies.ts";
import type { Bucket, Buckets } from "./store/buckets.ts";
import type { Database } from "./store/database.ts";
import type { Uploads } from "./store/uploads.ts";
import type { Versions } from "./store/versions.ts";

/** The parts that all operations use, created once. */
export type S3Cloud = {
  clock: Clock;
  region: string;
  accountId: string;
  database: Database;
  buckets: Buckets;
  versions: Versions;
  uploads: Uploads;
  bodies: Bodies;
  outbox: Outbox;
  publish: Publish;
  /** Kinds of targets that events can be sent to. */
  targets: ReadonlySet<NotificationTarget["kind"]>;
};

/** One authenticated request. */
export type S3Call = {
  cloud: S3Cloud;
  request: ServiceRequest;
  bucket: string;
  /** The empty string for operations on buckets. */
  key: string;
  query: URLSearchParams;
  /** Header values, including those in the query of a presigned URL. */
  headers: Readonly<Record<string, string>>;
  /** The signer's access key id. */
  principalId: string;
};

/** A request with a verified document. */
export type DocumentCall = S3Call & { payload: Payload };

/** An operation. */
export type Operation = (call: DocumentCall) => ServiceResponse | Promise<ServiceResponse>;

/** An operation that stores its request's body, and receives it itself. */
export type BodyOperation = (call: S3Call, body: IncomingBody) => Promise<ServiceResponse>;

/** The bucket of a call. @throws S3Error NoSuchBucket */
export function requireBucket({ cloud, bucket }: Pick<S3Call, "cloud" | "bucket">): Bucket {
  const found = cloud.buckets.find(bucket);
  if (found === undefined) throw new S3Error("NoSuchBucket", undefined, { details: { BucketName: bucket } });
  return found;
}

/** A response with an XML document. */
export function xmlResponse(
  root: string,
  children: readonly Xml[],
  headers: Readonly<Record<string, string>> = {},
): ServiceResponse {
  return {
    status: 200,
    headers: { "content-type": "application/xml", ...headers },
    body: s3Document(root, children),
  };
}
