// UploadPartCopy: a range of an object becomes a part. Its bytes stay where they are.
import { createHash } from "node:crypto";
import type { ServiceResponse } from "../../gateway/service.ts";
import { leaf } from "../../protocols/xml.ts";
import { type S3Call, xmlResponse } from "../call.ts";
import { isoTime } from "../protocol/encoding.ts";
import { S3Error } from "../protocol/errors.ts";
import { bodiesChecksum } from "./body-checksum.ts";
import { largestCopyBytes, sourceOf } from "./copy-source.ts";
import { partNumberOf, requireUpload } from "./multipart.ts";

/** The range of a call, `bytes=first-last`; the whole source when there is none. @throws S3Error */
function rangeOf(header: string | undefined, size: number): { start: number; end: number } {
  if (header === undefined) return { start: 0, end: size };
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? [];
  if (first === undefined || last === undefined || Number(last) < Number(first)) {
    throw new S3Error(
      "InvalidArgument",
      "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
    );
  }
  if (Number(last) >= size) {
    throw new S3Error("InvalidArgument", `Range specified is not valid for source object of size: ${size}`);
  }
  return { start: Number(first), end: Number(last) + 1 };
}

/**
 * UploadPartCopy. The part's ETag is opaque: it is derived from the part's checksum instead of an MD5 over all bytes, so that
 * a copy reads nothing.
 */
export async function uploadPartCopy(call: S3Call): Promise<ServiceResponse> {
  const number = partNumberOf(call.query);
  const { algorithm } = requireUpload(call);
  const { bodies, database, uploads, clock } = call.cloud;
  const { source } = sourceOf(call);
  const { start, end } = rangeOf(call.headers["x-amz-copy-source-range"], source.size);
  const size = end - start;
  if (size > largestCopyBytes) {
    throw new S3Error(
      "InvalidRequest",
      `The specified copy source is larger than the maximum allowable size for a copy source: ${largestCopyBytes}`,
    );
  }
  // The slice is the part's from here on: the source may be deleted while its checksum is computed.
  const bodyId = database.transaction(() => bodies.slice(source.bodyId ?? 0, start, end));
  const checksum = await bodiesChecksum(algorithm, bodies, [bodyId]);
  const etag = createHash("md5").update(`${algorithm} ${checksum} ${size}`).digest("hex");
  const modifiedMs = clock.now();
  try {
    database.transaction(() => {
      const upload = requireUpload(call);
      uploads.putPart(upload.id, { number, bodyId, size, etag, checksum, given: undefined, modifiedMs });
    });
  } catch (error) {
    database.transaction(() => bodies.remove(bodyId));
    throw error;
  }
  return {
    ...xmlResponse(
      "CopyPartResult",
      [
        leaf("ETag", `"${etag}"`),
        leaf("LastModified", isoTime(modifiedMs)),
        leaf(`Checksum${algorithm}`, checksum),
      ],
      {
        "x-amz-copy-source-version-id": source.versionId,
        "x-amz-server-side-encryption": "AES256",
      },
    ),
    summary: { bucket: call.bucket, key: call.key, bytes: size, part: number },
  };
}
