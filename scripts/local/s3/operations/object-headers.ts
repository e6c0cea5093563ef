// Headers that are stored with an object at its upload and returned with every read, and headers that are refused.

import { checksumHeaders } from "../protocol/checksums.ts";
import { httpTime } from "../protocol/encoding.ts";
import { S3Error } from "../protocol/errors.ts";
import type { Bucket } from "../store/buckets.ts";
import type { Version } from "../store/versions.ts";

const kept = [
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
];
const metadataLimitBytes = 2048;

/** Headers that ask for something not implemented here. */
const refused: readonly [pattern: RegExp, unless?: RegExp][] = [
  [/^x-amz-grant-/],
  [/^x-amz-object-lock-/],
  [/^x-amz-website-redirect-location$/],
  [/^x-amz-server-side-encryption(-.*)?$/, /^AES256$/],
  [/^x-amz-storage-class$/, /^STANDARD$/],
  [/^x-amz-write-offset-bytes$/],
];

/** @throws S3Error NotImplemented naming the first header that asks for something not implemented */
export function refuseUnkept(headers: Readonly<Record<string, string>>): void {
  const acl = headers["x-amz-acl"];
  if (acl !== undefined && acl !== "private" && acl !== "bucket-owner-full-control") {
    throw new S3Error("AccessControlListNotSupported");
  }
  for (const [name, value] of Object.entries(headers)) {
    if (refused.some(([pattern, unless]) => pattern.test(name) && !unless?.test(value))) {
      throw new S3Error("NotImplemented", undefined, { details: { Header: `${name}: ${value}` } });
    }
  }
}

/** The headers to store with an object. @throws S3Error MetadataTooLarge above 2 KB of `x-amz-meta-*` */
export function headersToKeep(headers: Readonly<Record<string, string>>): Record<string, string> {
  const metadata = Object.entries(headers).filter(([name]) => name.startsWith("x-amz-meta-"));
  const bytes = metadata.reduce(
    (sum, [name, value]) => sum + name.length - "x-amz-meta-".length + value.length,
    0,
  );
  if (bytes > metadataLimitBytes) {
    throw new S3Error("MetadataTooLarge", undefined, {
      details: { Size: String(bytes), MaxSizeAllowed: String(metadataLimitBytes) },
    });
  }
  const standard = kept.flatMap((name) => {
    const value = headers[name];
    return value === undefined || value === "" ? [] : [[name, value] as const];
  });
  const all: Record<string, string> = Object.fromEntries([...standard, ...metadata]);
  const encoding = (all["content-encoding"] ?? "")
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "aws-chunked")
    .join(",");
  delete all["content-encoding"];
  return {
    "content-type": "binary/octet-stream",
    ...all,
    ...(encoding !== "" && { "content-encoding": encoding }),
  };
}

/** `x-amz-version-id`, for buckets that have or had versioning. */
export function versionHeader(bucket: Bucket, version: Version): Record<string, string> {
  return bucket.versioning === undefined ? {} : { "x-amz-version-id": version.versionId };
}

/** The response headers of every write. */
export function writtenHeaders(bucket: Bucket, version: Version): Record<string, string> {
  return {
    etag: `"${version.etag}"`,
    "x-amz-server-side-encryption": "AES256",
    ...checksumHeaders(version.checksum),
    ...versionHeader(bucket, version),
  };
}

/** The response headers of every read, without the body's length and range. */
export function readHeaders(bucket: Bucket, version: Version): Record<string, string> {
  const tags = Object.keys(version.tags).length;
  return {
    ...version.headers,
    etag: `"${version.etag}"`,
    "last-modified": httpTime(version.modifiedMs),
    "accept-ranges": "bytes",
    "x-amz-server-side-encryption": "AES256",
    ...(tags > 0 && { "x-amz-tagging-count": String(tags) }),
    ...versionHeader(bucket, version),
  };
}
