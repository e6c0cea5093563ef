// Operations on buckets: create, head, delete, list, location, versioning.
import { z } from "zod";
import type { ServiceResponse } from "../../gateway/service.ts";
import { leaf, tree } from "../../protocols/xml.ts";
import { type DocumentCall, requireBucket, type S3Call, xmlResponse } from "../call.ts";
import { ownerId } from "../events/record.ts";
import { isoTime } from "../protocol/encoding.ts";
import { S3Error } from "../protocol/errors.ts";
import { parseDocument } from "../protocol/read-xml.ts";

/** S3 user guide, "General purpose buckets naming rules". */
const bucketName = /^(?!\d+\.\d+\.\d+\.\d+$)(?!xn--|sthree-)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** CreateBucket. */
export function createBucket(call: S3Call): ServiceResponse {
  if (!bucketName.test(call.bucket)) {
    throw new S3Error("InvalidBucketName", undefined, { details: { BucketName: call.bucket } });
  }
  if (call.headers["x-amz-bucket-object-lock-enabled"]?.toLowerCase() === "true") {
    throw new S3Error("NotImplemented", undefined, {
      details: { Header: "x-amz-bucket-object-lock-enabled" },
    });
  }
  call.cloud.database.transaction(() => {
    if (call.cloud.buckets.find(call.bucket) !== undefined) throw new S3Error("BucketAlreadyOwnedByYou");
    call.cloud.buckets.save({ name: call.bucket, createdMs: call.cloud.clock.now(), documents: {} });
  });
  return { status: 200, headers: { location: `/${call.bucket}` } };
}

/** HeadBucket. */
export function headBucket(call: S3Call): ServiceResponse {
  requireBucket(call);
  return { status: 200, headers: { "x-amz-bucket-region": call.cloud.region } };
}

/** DeleteBucket. */
export function deleteBucket(call: S3Call): ServiceResponse {
  call.cloud.database.transaction(() => {
    requireBucket(call);
    if (!call.cloud.versions.isEmpty(call.bucket)) throw new S3Error("BucketNotEmpty");
    for (const upload of call.cloud.uploads.list(call.bucket, ""))
      call.cloud.uploads.end(upload.id, new Set());
    call.cloud.buckets.remove(call.bucket);
  });
  return { status: 204 };
}

/** ListBuckets, on one page. */
export function listBuckets(call: S3Call): ServiceResponse {
  const buckets = call.cloud.buckets
    .list()
    .map(({ name, createdMs }) =>
      tree("Bucket", [leaf("Name", name), leaf("CreationDate", isoTime(createdMs))]),
    );
  return xmlResponse("ListAllMyBucketsResult", [
    tree("Owner", [leaf("ID", ownerId)]),
    tree("Buckets", buckets),
  ]);
}

/** GetBucketLocation. For us-east-1 S3 answers an empty element. */
export function getBucketLocation(call: S3Call): ServiceResponse {
  requireBucket(call);
  const { region } = call.cloud;
  const response = xmlResponse("LocationConstraint", []);
  const body = String(response.body).replace(
    /><\/LocationConstraint>$/,
    `>${region === "us-east-1" ? "" : region}</LocationConstraint>`,
  );
  return { ...response, body };
}

/** GetBucketVersioning. */
export function getBucketVersioning(call: S3Call): ServiceResponse {
  return xmlResponse("VersioningConfiguration", [leaf("Status", requireBucket(call).versioning)]);
}

const versioningSchema = z.object({
  Status: z.enum(["Enabled", "Suspended"]),
  MfaDelete: z.literal("Disabled").optional(),
});

/** PutBucketVersioning. */
export function putBucketVersioning(call: DocumentCall): ServiceResponse {
  const { Status } = parseDocument(call.payload.bytes, "VersioningConfiguration", versioningSchema);
  call.cloud.database.transaction(() => {
    call.cloud.buckets.save({ ...requireBucket(call), versioning: Status });
  });
  return { status: 200 };
}
