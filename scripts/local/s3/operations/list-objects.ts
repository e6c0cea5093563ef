// ListObjectsV2 and ListObjectVersions: order, prefixes, delimiters, pages.
import type { ServiceResponse } from "../../gateway/service.ts";
import { leaf, tree, type Xml } from "../../protocols/xml.ts";
import { requireBucket, type S3Call, xmlResponse } from "../call.ts";
import { ownerId } from "../events/record.ts";
import { encodeKey, isoTime } from "../protocol/encoding.ts";
import { S3Error } from "../protocol/errors.ts";
import type { Version } from "../store/versions.ts";

/** One page: versions and common prefixes, which both count towards the limit. */
type Page = {
  versions: Version[];
  prefixes: string[];
  truncated: boolean;
  last: Version | string | undefined;
};

type Listing = { prefix: string; delimiter: string; maxKeys: number; text: (key: string) => string };

function listingOf(query: URLSearchParams): Listing {
  const maxKeys = Number(query.get("max-keys") ?? 1000);
  const encoding = query.get("encoding-type");
  if (!Number.isInteger(maxKeys) || maxKeys < 0) {
    throw new S3Error("InvalidArgument", "Provided max-keys not an integer or within integer range");
  }
  if (encoding !== null && encoding !== "url") {
    throw new S3Error("InvalidArgument", "Invalid Encoding Method specified in Request");
  }
  return {
    prefix: query.get("prefix") ?? "",
    delimiter: query.get("delimiter") ?? "",
    maxKeys: Math.min(1000, maxKeys),
    text: encoding === "url" ? encodeKey : (key) => key,
  };
}

/** S3 orders keys by their UTF-8 bytes. JavaScript compares strings differently. */
function isAfter(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0;
}

/** Keys up to and including the first delimiter after the prefix fold into one common prefix. */
function commonPrefix({ prefix, delimiter }: Listing, key: string): string | undefined {
  const at = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

/** Fills one page. `skipPrefix` is the common prefix at the end of the previous page. */
function fillPage(versions: Iterable<Version>, listing: Listing, skipPrefix: string | undefined): Page {
  const page: Page = { versions: [], prefixes: [], truncated: false, last: undefined };
  for (const version of versions) {
    if (!version.key.startsWith(listing.prefix)) {
      if (isAfter(version.key, listing.prefix)) break;
      continue;
    }
    if (skipPrefix !== undefined && version.key.startsWith(skipPrefix)) continue;
    const folded = commonPrefix(listing, version.key);
    if (folded !== undefined && folded === page.prefixes.at(-1)) continue;
    if (page.versions.length + page.prefixes.length >= listing.maxKeys) {
      page.truncated = listing.maxKeys > 0;
      break;
    }
    if (folded === undefined) page.versions.push(version);
    else page.prefixes.push(folded);
    page.last = folded ?? version;
  }
  return page;
}

function listingElements({ text, prefix, delimiter, maxKeys }: Listing, query: URLSearchParams): Xml[] {
  return [
    leaf("Prefix", text(prefix)),
    leaf("Delimiter", delimiter === "" ? undefined : text(delimiter)),
    leaf("MaxKeys", maxKeys),
    leaf("EncodingType", query.get("encoding-type") ?? undefined),
  ];
}

function commonPrefixes({ text }: Listing, prefixes: readonly string[]): Xml[] {
  return prefixes.map((prefix) => tree("CommonPrefixes", [leaf("Prefix", text(prefix))]));
}

const owner = tree("Owner", [leaf("ID", ownerId)]);

function objectElements(version: Version, text: (key: string) => string): Xml[] {
  return [
    leaf("Key", text(version.key)),
    leaf("LastModified", isoTime(version.modifiedMs)),
    leaf("ETag", `"${version.etag}"`),
    leaf("ChecksumAlgorithm", version.checksum?.algorithm),
    leaf("ChecksumType", version.checksum?.type),
    leaf("Size", version.size),
    leaf("StorageClass", "STANDARD"),
  ];
}

type Token = { after: string; prefix: string | undefined };

const encodeToken = (token: Token) => Buffer.from(JSON.stringify(token)).toString("base64url");

function decodeToken(text: string): Token {
  try {
    const token: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    if (typeof token === "object" && token !== null && "after" in token && typeof token.after === "string") {
      const prefix = "prefix" in token && typeof token.prefix === "string" ? token.prefix : undefined;
      return { after: token.after, prefix };
    }
  } catch {}
  throw new S3Error("InvalidArgument", "The continuation token provided is incorrect");
}

/** ListObjectsV2. */
export function listObjects(call: S3Call): ServiceResponse {
  requireBucket(call);
  const { query } = call;
  if (query.get("list-type") !== "2") throw new S3Error("InvalidArgument", "list-type must be 2");
  const listing = listingOf(query);
  const tokenText = query.get("continuation-token");
  const startAfter = query.get("start-after") ?? "";
  const token = tokenText === null ? { after: startAfter, prefix: undefined } : decodeToken(tokenText);
  const from = isAfter(token.after, listing.prefix) ? token.after : listing.prefix;
  const versions = call.cloud.versions.current(call.bucket, from);
  const page = fillPage(after(versions, token.after), listing, token.prefix);
  const { last } = page;
  const next =
    typeof last === "string"
      ? encodeToken({ after: last, prefix: last })
      : encodeToken({ after: last?.key ?? "", prefix: undefined });
  return xmlResponse("ListBucketResult", [
    leaf("Name", call.bucket),
    ...listingElements(listing, query),
    leaf("StartAfter", query.has("start-after") ? listing.text(startAfter) : undefined),
    leaf("ContinuationToken", tokenText ?? undefined),
    leaf("KeyCount", page.versions.length + page.prefixes.length),
    leaf("IsTruncated", page.truncated),
    leaf("NextContinuationToken", page.truncated ? next : undefined),
    ...page.versions.map((version) =>
      tree("Contents", [
        ...objectElements(version, listing.text),
        ...(query.get("fetch-owner") === "true" ? [owner] : []),
      ]),
    ),
    ...commonPrefixes(listing, page.prefixes),
  ]);
}

function* after(versions: Iterable<Version>, key: string): Iterable<Version> {
  for (const version of versions) if (version.key !== key || key === "") yield version;
}

function versionElement(version: Version, text: (key: string) => string): Xml {
  const marks = [leaf("VersionId", version.versionId), leaf("IsLatest", version.latest), owner];
  if (!version.deleteMarker) return tree("Version", [...objectElements(version, text), ...marks]);
  return tree("DeleteMarker", [
    leaf("Key", text(version.key)),
    leaf("LastModified", isoTime(version.modifiedMs)),
    ...marks,
  ]);
}

/** ListObjectVersions. */
export function listObjectVersions(call: S3Call): ServiceResponse {
  requireBucket(call);
  const { query } = call;
  const listing = listingOf(query);
  const keyMarker = query.get("key-marker") ?? "";
  const versionMarker = query.get("version-id-marker");
  if (versionMarker !== null && keyMarker === "") {
    throw new S3Error("InvalidArgument", "A version-id marker cannot be specified without a key marker.");
  }
  const marked =
    versionMarker === null ? undefined : call.cloud.versions.find(call.bucket, keyMarker, versionMarker);
  const start = { key: keyMarker, beforeSeq: marked?.seq ?? 0 };
  const folded = listing.delimiter !== "" && keyMarker.endsWith(listing.delimiter) ? keyMarker : undefined;
  const page = fillPage(call.cloud.versions.all(call.bucket, start), listing, folded);
  const { last } = page;
  const next =
    typeof last === "string"
      ? [leaf("NextKeyMarker", listing.text(last))]
      : [leaf("NextKeyMarker", listing.text(last?.key ?? "")), leaf("NextVersionIdMarker", last?.versionId)];
  return xmlResponse("ListVersionsResult", [
    leaf("Name", call.bucket),
    ...listingElements(listing, query),
    leaf("KeyMarker", listing.text(keyMarker)),
    leaf("VersionIdMarker", versionMarker ?? ""),
    leaf("IsTruncated", page.truncated),
    ...(page.truncated ? next : []),
    ...page.versions.map((version) => versionElement(version, listing.text)),
    ...commonPrefixes(listing, page.prefixes),
  ]);
}
