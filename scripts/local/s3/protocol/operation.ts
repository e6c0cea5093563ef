// Finds the operation of a request in one table. A request with an unknown query parameter is refused.
import type { ServiceRequest } from "../../gateway/service.ts";
import { addressOf } from "./address.ts";

type Row = {
  name: string;
  method: string;
  on: "service" | "bucket" | "object";
  /** Required query parameters. */
  query?: readonly string[];
  /** Optional query parameters. */
  optional?: readonly string[];
  /** A required header. */
  header?: string;
};

const listing = ["delimiter", "encoding-type", "max-keys", "prefix"];
const responseOverrides = [
  "response-cache-control",
  "response-content-disposition",
  "response-content-encoding",
  "response-content-language",
  "response-content-type",
  "response-expires",
];

/** The first match wins, so rows with more conditions are first. */
const rows = [
  { name: "ListBuckets", method: "GET", on: "service" },
  { name: "GetBucketVersioning", method: "GET", on: "bucket", query: ["versioning"] },
  { name: "PutBucketVersioning", method: "PUT", on: "bucket", query: ["versioning"] },
  { name: "GetBucketNotificationConfiguration", method: "GET", on: "bucket", query: ["notification"] },
  { name: "PutBucketNotificationConfiguration", method: "PUT", on: "bucket", query: ["notification"] },
  { name: "GetBucketCors", method: "GET", on: "bucket", query: ["cors"] },
  { name: "PutBucketCors", method: "PUT", on: "bucket", query: ["cors"] },
  { name: "DeleteBucketCors", method: "DELETE", on: "bucket", query: ["cors"] },
  { name: "GetBucketPolicy", method: "GET", on: "bucket", query: ["policy"] },
  { name: "PutBucketPolicy", method: "PUT", on: "bucket", query: ["policy"] },
  { name: "DeleteBucketPolicy", method: "DELETE", on: "bucket", query: ["policy"] },
  { name: "GetPublicAccessBlock", method: "GET", on: "bucket", query: ["publicAccessBlock"] },
  { name: "PutPublicAccessBlock", method: "PUT", on: "bucket", query: ["publicAccessBlock"] },
  { name: "DeletePublicAccessBlock", method: "DELETE", on: "bucket", query: ["publicAccessBlock"] },
  { name: "GetBucketEncryption", method: "GET", on: "bucket", query: ["encryption"] },
  { name: "PutBucketEncryption", method: "PUT", on: "bucket", query: ["encryption"] },
  { name: "GetBucketLocation", method: "GET", on: "bucket", query: ["location"] },
  { name: "ListMultipartUploads", method: "GET", on: "bucket", query: ["uploads"], optional: ["prefix"] },
  {
    name: "ListObjectVersions",
    method: "GET",
    on: "bucket",
    query: ["versions"],
    optional: [...listing, "key-marker", "version-id-marker"],
  },
  {
    name: "ListObjectsV2",
    method: "GET",
    on: "bucket",
    query: ["list-type"],
    optional: [...listing, "continuation-token", "fetch-owner", "start-after"],
  },
  { name: "DeleteObjects", method: "POST", on: "bucket", query: ["delete"] },
  { name: "PostObject", method: "POST", on: "bucket" },
  { name: "HeadBucket", method: "HEAD", on: "bucket" },
  { name: "CreateBucket", method: "PUT", on: "bucket" },
  { name: "DeleteBucket", method: "DELETE", on: "bucket" },
  { name: "GetObjectTagging", method: "GET", on: "object", query: ["tagging"], optional: ["versionId"] },
  { name: "PutObjectTagging", method: "PUT", on: "object", query: ["tagging"], optional: ["versionId"] },
  {
    name: "DeleteObjectTagging",
    method: "DELETE",
    on: "object",
    query: ["tagging"],
    optional: ["versionId"],
  },
  {
    name: "ListParts",
    method: "GET",
    on: "object",
    query: ["uploadId"],
    optional: ["max-parts", "part-number-marker"],
  },
  { name: "CreateMultipartUpload", method: "POST", on: "object", query: ["uploads"] },
  { name: "CompleteMultipartUpload", method: "POST", on: "object", query: ["uploadId"] },
  { name: "AbortMultipartUpload", method: "DELETE", on: "object", query: ["uploadId"] },
  {
    name: "UploadPartCopy",
    method: "PUT",
    on: "object",
    query: ["partNumber", "uploadId"],
    header: "x-amz-copy-source",
  },
  { name: "UploadPart", method: "PUT", on: "object", query: ["partNumber", "uploadId"] },
  { name: "CopyObject", method: "PUT", on: "object", header: "x-amz-copy-source" },
  { name: "PutObject", method: "PUT", on: "object" },
  { name: "HeadObject", method: "HEAD", on: "object", optional: ["versionId", ...responseOverrides] },
  { name: "GetObject", method: "GET", on: "object", optional: ["versionId", ...responseOverrides] },
  { name: "DeleteObject", method: "DELETE", on: "object", optional: ["versionId"] },
] as const satisfies readonly Row[];

/** An operation of the table, or a name for preflights and for requests that are not in it. */
export type OperationName = (typeof rows)[number]["name"] | "Preflight" | "Unknown";

/** Query parameters with signatures and SDK notes, which do not select an operation. */
const isNeutral = (name: string) => name === "x-id" || /^x-amz-/i.test(name);

function fits(row: Row, request: ServiceRequest, on: Row["on"], names: ReadonlySet<string>): boolean {
  const required = row.query ?? [];
  const allowed = new Set([...required, ...(row.optional ?? [])]);
  return (
    row.on === on &&
    row.method === request.method &&
    required.every((name) => names.has(name)) &&
    [...names].every((name) => allowed.has(name)) &&
    (row.header === undefined || request.headers[row.header] !== undefined)
  );
}

/** The operation of a request; `Unknown` is answered with NotImplemented. Never throws. */
export function operationOf(request: ServiceRequest): OperationName {
  if (request.method === "OPTIONS") return "Preflight";
  const names = new Set([...request.query.keys()].filter((name) => !isNeutral(name)));
  try {
    const { bucket, key } = addressOf(request);
    const on = bucket === "" ? "service" : key === "" ? "bucket" : "object";
    return rows.find((row) => fits(row, request, on, names))?.name ?? "Unknown";
  } catch {
    return "Unknown";
  }
}
