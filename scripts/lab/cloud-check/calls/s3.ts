// S3's calls as IAM sees them ("Required permissions for Amazon S3 API operations", S3 user guide). Calls on an object that
// does not exist also require s3:ListBucket; without it S3 answers 403 instead of 404.
import { XMLParser } from "fast-xml-parser";
import * as z from "zod";
import type { FaultCall } from "../../../local/gateway/faults.ts";
import { addressOf } from "../../../local/s3/protocol/address.ts";
import type { Deployment } from "../assembly/physical.ts";
import type { RequiredAccess } from "./required-access.ts";

type Target = {
  call: FaultCall;
  bucket: string;
  object: string;
  versionId: string | null;
  /** The ARN of another object, for copies. */
  arnOf: (bucket: string, key: string) => string;
};

const versioned = (action: string, versionId: unknown) => (versionId ? `${action}Version` : action);

const read = ({ object, versionId }: Target): RequiredAccess[] => [
  { action: `s3:${versioned("GetObject", versionId)}`, resource: object },
];
const write = ({ call: { request }, object }: Target): RequiredAccess[] => [
  { action: "s3:PutObject", resource: object },
  ...(request.headers["x-amz-tagging"] ? [{ action: "s3:PutObjectTagging", resource: object }] : []),
  ...(request.headers["x-amz-acl"] ? [{ action: "s3:PutObjectAcl", resource: object }] : []),
  ...matching(request.headers["if-match"], object),
];
/** Comparing an ETag requires reading the object ("Add preconditions to S3 operations"). */
const matching = (etag: string | undefined, object: string): RequiredAccess[] =>
  etag === undefined || etag === "*" ? [] : [{ action: "s3:GetObject", resource: object }];

/** A form names its key in a field. A filename in it stands for the file's own name, as S3 replaces it. */
function posted({ call: { request }, bucket }: Target): RequiredAccess[] {
  const fields = request.body.subarray(0, 20_000).toString("utf8");
  const key = /name="key"\r\n(?:[^\r\n]+\r\n)*\r\n([^\r\n]*)\r\n/i.exec(fields)?.[1] ?? "";
  return [{ action: "s3:PutObject", resource: `${bucket}/${key}` }];
}

const onObject =
  (action: string) =>
  ({ object }: Target): RequiredAccess[] => [{ action, resource: object }];
const onBucket =
  (action: string) =>
  ({ bucket }: Target): RequiredAccess[] => [{ action, resource: bucket }];

function copied({ call: { request }, arnOf }: Target): RequiredAccess[] {
  const [path = "", version] = (request.headers["x-amz-copy-source"] ?? "").split("?versionId=");
  const [bucket = "", ...key] = decodeURIComponent(path).replace(/^\//, "").split("/");
  return [{ action: `s3:${versioned("GetObject", version)}`, resource: arnOf(bucket, key.join("/")) }];
}

const deletion = z.object({
  Delete: z.object({
    Object: z
      .union([
        z.array(z.object({ Key: z.coerce.string(), VersionId: z.coerce.string().optional() })),
        z.object({ Key: z.coerce.string(), VersionId: z.coerce.string().optional() }),
      ])
      .transform((value) => [value].flat()),
  }),
});

function deleted({ call: { request }, bucket }: Target): RequiredAccess[] {
  const { Delete } = deletion.parse(new XMLParser({ parseTagValue: false }).parse(request.body.toString()));
  return Delete.Object.map(({ Key, VersionId }) => ({
    action: `s3:${versioned("DeleteObject", VersionId)}`,
    resource: `${bucket}/${Key}`,
  }));
}

const operations: Readonly<Record<string, (target: Target) => RequiredAccess[]>> = {
  GetObject: read,
  HeadObject: read,
  PutObject: write,
  PostObject: posted,
  CopyObject: (target) => [...copied(target), ...write(target)],
  DeleteObject: (target) => [
    { action: `s3:${versioned("DeleteObject", target.versionId)}`, resource: target.object },
    ...matching(target.call.request.headers["if-match"], target.object),
  ],
  DeleteObjects: deleted,
  CreateMultipartUpload: write,
  UploadPart: onObject("s3:PutObject"),
  UploadPartCopy: (target) => [...copied(target), ...onObject("s3:PutObject")(target)],
  CompleteMultipartUpload: write,
  AbortMultipartUpload: onObject("s3:AbortMultipartUpload"),
  ListParts: onObject("s3:ListMultipartUploadParts"),
  ListMultipartUploads: onBucket("s3:ListBucketMultipartUploads"),
  ListObjectsV2: onBucket("s3:ListBucket"),
  HeadBucket: onBucket("s3:ListBucket"),
  ListObjectVersions: onBucket("s3:ListBucketVersions"),
};

/** The accesses of an S3 call. */
export function s3Accesses(call: FaultCall, { partition }: Deployment): RequiredAccess[] | undefined {
  const { bucket, key } = addressOf(call.request);
  const arnOf = (name: string, object: string) => `arn:${partition}:s3:::${name}/${object}`;
  const versionId = call.request.query.get("versionId");
  const target = {
    call,
    bucket: `arn:${partition}:s3:::${bucket}`,
    object: arnOf(bucket, key),
    versionId,
    arnOf,
  };
  return operations[call.action]?.(target);
}

/** What S3 requires to answer 404 instead of 403 for a missing object; nothing for other answers. */
export function missingObjectAccesses(
  call: FaultCall,
  status: number,
  { partition }: Deployment,
): RequiredAccess[] {
  if (call.service !== "s3" || status !== 404 || !/^(Get|Head|Copy)Object$/.test(call.action)) return [];
  const { bucket } = addressOf(call.request);
  return [{ action: "s3:ListBucket", resource: `arn:${partition}:s3:::${bucket}` }];
}
