// The source of a copy: which version of which object, if its conditions hold.
import type { S3Call } from "../call.ts";
import { S3Error } from "../protocol/errors.ts";
import type { Version } from "../store/versions.ts";
import { requireCopyConditions } from "./conditions.ts";
import { findVersion } from "./read-object.ts";

/** The most bytes that one call copies (S3 API reference, "CopyObject" and "UploadPartCopy"). */
export const largestCopyBytes = 5 * 1024 ** 3;

type Source = { bucket: string; key: string; versionId: string | undefined };

/** Parses `bucket/key`, percent-encoded, with an optional leading slash and `?versionId=`. */
function parseSource(header: string): Source {
  const mark = header.lastIndexOf("?versionId=");
  const path = mark < 0 ? header : header.slice(0, mark);
  let decoded: string;
  try {
    decoded = decodeURIComponent(path).replace(/^\//, "");
  } catch {
    throw new S3Error("InvalidArgument", "Copy Source must be percent-encoded");
  }
  const slash = decoded.indexOf("/");
  if (slash < 1) throw new S3Error("InvalidArgument", "Copy Source must mention the source bucket and key");
  return {
    bucket: decoded.slice(0, slash),
    key: decoded.slice(slash + 1),
    versionId: mark < 0 ? undefined : header.slice(mark + "?versionId=".length),
  };
}

/** The version that a call copies. @throws S3Error for a source that is missing or does not meet the conditions */
export function sourceOf(call: S3Call): { from: Source; source: Version } {
  const from = parseSource(call.headers["x-amz-copy-source"] ?? "");
  const source = findVersion({ cloud: call.cloud, ...from }, from.versionId);
  requireCopyConditions(call.headers, source);
  return { from, source };
}
