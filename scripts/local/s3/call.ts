// What an operation is given: the request, who sent it, its verified body, and the stores.
import type { Clock } from "../clock/clock.ts";
import type { ServiceRequest, ServiceResponse } from "../gateway/service.ts";
import type { Xml } from "../protocols/xml.ts";
import type { Outbox, Publish } from "./events/outbox.ts";
import { s3Document } from "./protocol/document.ts";
import { S3Error } from "./protocol/errors.ts";
import type { NotificationTarget } from "./protocol/notification-rules.ts";
import type { Payload } from "./protocol/payload.ts";
import type { Bodies } from "./store/bodies.ts";
import type { Bucket, Buckets } from "./store/buckets.ts";
import type { Database } from "./store/database.ts";
import type { Uploads } from "./store/uploads.ts";
import type { Versions } from "./store/versions.ts";

/** The parts every operation works with, made once. */
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
  /** Kinds of targets that events can be handed to. */
  targets: ReadonlySet<NotificationTarget["kind"]>;
};

/** One authenticated request. */
export type S3Call = {
  cloud: S3Cloud;
  request: ServiceRequest;
  bucket: string;
  /** Empty for operations on buckets. */
  key: string;
  query: URLSearchParams;
  /** Header values, those a presigned URL carries in its query included. */
  headers: Readonly<Record<string, string>>;
  /** The access key id of whoever signed. */
  principalId: string;
  payload: Payload;
};

/** The code of an operation. */
export type Operation = (call: S3Call) => ServiceResponse | Promise<ServiceResponse>;

/** The bucket a call names. @throws S3Error NoSuchBucket */
export function requireBucket({ cloud, bucket }: Pick<S3Call, "cloud" | "bucket">): Bucket {
  const found = cloud.buckets.find(bucket);
  if (found === undefined) throw new S3Error("NoSuchBucket", undefined, { details: { BucketName: bucket } });
  return found;
}

/** An answer that is an XML document. */
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
