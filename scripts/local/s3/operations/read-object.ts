// GetObject and HeadObject: version, conditions, range.
import type { ServiceResponse } from "../../gateway/service.ts";
import { requireBucket, type S3Call } from "../call.ts";
import { checksumHeaders } from "../protocol/checksums.ts";
import { httpTime } from "../protocol/encoding.ts";
import { S3Error } from "../protocol/errors.ts";
import type { Bodies } from "../store/bodies.ts";
import type { Bucket } from "../store/buckets.ts";
import { pieceBytes } from "../store/database.ts";
import type { Version } from "../store/versions.ts";
import { requireReadConditions } from "./conditions.ts";
import { readHeaders, versionHeader } from "./object-headers.ts";

/** Bytes from `start` (inclusive) to `end` (exclusive). */
type Range = { start: number; end: number };

/** @throws S3Error InvalidArgument when it is not a version id */
export function checkVersionId(versionId: string): string {
  if (versionId !== "null" && !/^[A-Za-z0-9._]{32}$/.test(versionId)) {
    throw new S3Error("InvalidArgument", "Invalid version id specified", {
      details: { ArgumentName: "versionId", ArgumentValue: versionId },
    });
  }
  return versionId;
}

function refuseMarker(bucket: Bucket, marker: Version, asked: boolean): never {
  const headers = { "x-amz-delete-marker": "true", ...versionHeader(bucket, marker) };
  if (!asked) throw new S3Error("NoSuchKey", undefined, { details: { Key: marker.key }, headers });
  throw new S3Error("MethodNotAllowed", undefined, {
    headers: { ...headers, allow: "DELETE", "last-modified": httpTime(marker.modifiedMs) },
  });
}

/**
 * A version of an object: the one with `versionId`, else the latest.
 * @throws S3Error NoSuchBucket, NoSuchKey, NoSuchVersion, MethodNotAllowed for a delete marker asked for by id
 */
export function findVersion(
  call: Pick<S3Call, "cloud" | "bucket" | "key">,
  versionId: string | undefined,
): Version {
  const bucket = requireBucket(call);
  const { versions } = call.cloud;
  const version =
    versionId === undefined
      ? versions.latest(call.bucket, call.key)
      : versions.find(call.bucket, call.key, checkVersionId(versionId));
  if (version === undefined) {
    throw new S3Error(versionId === undefined ? "NoSuchKey" : "NoSuchVersion", undefined, {
      details: { Key: call.key, ...(versionId !== undefined && { VersionId: versionId }) },
    });
  }
  if (version.deleteMarker) refuseMarker(bucket, version, versionId !== undefined);
  return version;
}

/** The version that the call's query names. */
export function versionAsked(call: S3Call): Version {
  return findVersion(call, call.query.get("versionId") ?? undefined);
}

/** One range of bytes. Headers that S3 does not support (several ranges, other units) are ignored, as RFC 9110 allows. */
function rangeOf(header: string | undefined, size: number): Range | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
  if (match === null || header === undefined) return undefined;
  const [, from = "", to = ""] = match;
  if (from === "" && to === "") return undefined;
  const start = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size : Math.min(size, Number(to) + 1);
  if (from !== "" && to !== "" && Number(to) < Number(from)) return undefined;
  if (start >= size || start >= end) {
    throw new S3Error("InvalidRange", undefined, {
      details: { RangeRequested: header, ActualObjectSize: String(size) },
      headers: { "content-range": `bytes */${size}` },
    });
  }
  return { start, end };
}

function overriddenHeaders(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries(
    [...query]
      .filter(([name]) => name.startsWith("response-"))
      .map(([name, value]) => [name.slice("response-".length), value]),
  );
}

/** The bytes of a range: at once, or as a stream when they are many. */
function contentOf(bodies: Bodies, id: number, start: number, end: number): Partial<ServiceResponse> {
  if (end - start <= pieceBytes) return { body: bodies.read(id, start, end) };
  return { stream: { bytes: end - start, chunks: bodies.stream(id, start, end) } };
}

/** GetObject; HeadObject is the same without the body. */
export function readObject(call: S3Call): ServiceResponse {
  const bucket = requireBucket(call);
  const version = versionAsked(call);
  requireReadConditions(call.headers, version);
  const range = rangeOf(call.headers.range, version.size);
  const { start, end } = range ?? { start: 0, end: version.size };
  const wantsChecksum = call.headers["x-amz-checksum-mode"]?.toUpperCase() === "ENABLED";
  const isHead = call.request.method === "HEAD";
  const { bodyId } = version;
  return {
    status: range === undefined ? 200 : 206,
    headers: {
      ...readHeaders(bucket, version),
      ...overriddenHeaders(call.query),
      ...(wantsChecksum && range === undefined && checksumHeaders(version.checksum)),
      ...(range !== undefined && { "content-range": `bytes ${start}-${end - 1}/${version.size}` }),
      ...(isHead && { "content-length": String(end - start) }),
    },
    ...(!isHead && bodyId !== undefined && contentOf(call.cloud.bodies, bodyId, start, end)),
    summary: { bucket: call.bucket, key: call.key, bytes: isHead ? 0 : end - start },
  };
}
