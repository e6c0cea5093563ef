// CompleteMultipartUpload: joins the named parts, in order, into one object.
import { createHash } from "node:crypto";
import { z } from "zod";
import type { ServiceResponse } from "../../gateway/service.ts";
import { leaf } from "../../protocols/xml.ts";
import { type DocumentCall, requireBucket, type S3Call, xmlResponse } from "../call.ts";
import { recordEvent } from "../events/publish-changes.ts";
import { type Checksum, checksumOf } from "../protocol/checksums.ts";
import { S3Error } from "../protocol/errors.ts";
import { parseDocument } from "../protocol/read-xml.ts";
import type { Part, Upload } from "../store/uploads.ts";
import { bodiesChecksum } from "./body-checksum.ts";
import { requireWriteConditions } from "./conditions.ts";
import { requireUpload } from "./multipart.ts";
import { versionHeader } from "./object-headers.ts";

/** The minimum size of every part but the last (S3 user guide, "Multipart upload limits"). */
const smallestPartBytes = 5 * 1024 * 1024;

const text = z.string().optional();
const completeSchema = z.object({
  Part: z
    .array(
      z.object({
        PartNumber: z.coerce.number().int(),
        ETag: z.string(),
        ChecksumCRC32: text,
        ChecksumCRC32C: text,
        ChecksumCRC64NVME: text,
        ChecksumSHA1: text,
        ChecksumSHA256: text,
      }),
    )
    .min(1),
});

type Named = z.infer<typeof completeSchema>["Part"];

/** @throws S3Error InvalidRequest when an upload with checksums over its parts is completed without them */
function fitsChecksum(upload: Upload, part: Part, entry: Named[number]): boolean {
  const algorithm = upload.algorithmAsked ? upload.algorithm : (part.given?.algorithm ?? upload.algorithm);
  const named = entry[`Checksum${algorithm}`];
  if (named !== undefined)
    return named === (upload.algorithmAsked ? part.checksum : (part.given?.value ?? part.checksum));
  if (upload.checksumType === "FULL_OBJECT") return true;
  throw new S3Error(
    "InvalidRequest",
    `The upload was created using a ${algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${entry.PartNumber} in the request.`,
  );
}

/** The stored parts that a completion names. @throws S3Error InvalidPartOrder, InvalidPart, EntityTooSmall */
function chosenParts(upload: Upload, stored: readonly Part[], named: Named): Part[] {
  const byNumber = new Map(stored.map((part) => [part.number, part]));
  if (named.some((part, index) => index > 0 && part.PartNumber <= (named[index - 1]?.PartNumber ?? 0))) {
    throw new S3Error("InvalidPartOrder");
  }
  const parts = named.map((entry) => {
    const part = byNumber.get(entry.PartNumber);
    const sameEtag = part !== undefined && entry.ETag.replace(/^"|"$/g, "") === part.etag;
    if (!sameEtag || !fitsChecksum(upload, part, entry)) {
      throw new S3Error("InvalidPart", undefined, { details: { PartNumber: String(entry.PartNumber) } });
    }
    return part;
  });
  const small = parts.slice(0, -1).find((part) => part.size < smallestPartBytes);
  if (small !== undefined) {
    throw new S3Error("EntityTooSmall", undefined, {
      details: { PartNumber: String(small.number), ProposedSize: String(small.size) },
    });
  }
  return parts;
}

async function checksumOfParts(call: S3Call, upload: Upload, parts: readonly Part[]): Promise<Checksum> {
  const { algorithm, checksumType: type } = upload;
  if (type === "FULL_OBJECT") {
    const ids = parts.map((part) => part.bodyId);
    return { algorithm, type, value: await bodiesChecksum(algorithm, call.cloud.bodies, ids) };
  }
  const checksums = parts.map((part) => Buffer.from(part.checksum, "base64"));
  return { algorithm, type, value: `${await checksumOf(algorithm, checksums)}-${parts.length}` };
}

/** The ETag of an object uploaded in parts: the MD5 over the parts' MD5s, and their number. */
function multipartEtag(parts: readonly Part[]): string {
  const hash = createHash("md5");
  for (const part of parts) hash.update(Buffer.from(part.etag, "hex"));
  return `${hash.digest("hex")}-${parts.length}`;
}

/** Checks what the client declares about the whole object. */
function requireDeclared(call: DocumentCall, checksum: Checksum, size: number): void {
  const declared = call.payload.checksum;
  const declaredSize = call.headers["x-amz-mp-object-size"];
  if (declared !== undefined) {
    const same =
      declared.algorithm === checksum.algorithm && declared.value === checksum.value.replace(/-\d+$/, "");
    if (!same && declared.value !== checksum.value) throw new S3Error("BadDigest");
  }
  if (declaredSize !== undefined && Number(declaredSize) !== size) {
    throw new S3Error(
      "InvalidRequest",
      "The provided 'x-amz-mp-object-size' header does not match what was computed",
    );
  }
}

/** CompleteMultipartUpload. Repeating it after a success answers NoSuchUpload, as documented. */
export async function completeMultipartUpload(call: DocumentCall): Promise<ServiceResponse> {
  const { database, uploads, versions, bodies, clock } = call.cloud;
  const { Part: named } = parseDocument(call.payload.bytes, "CompleteMultipartUpload", completeSchema);
  const started = requireUpload(call);
  const parts = chosenParts(started, uploads.parts(started.id), named);
  const checksum = await checksumOfParts(call, started, parts);
  return database.transaction(() => {
    const bucket = requireBucket(call);
    const upload = requireUpload(call);
    const still = chosenParts(upload, uploads.parts(upload.id), named);
    const size = still.reduce((sum, part) => sum + part.size, 0);
    requireDeclared(call, checksum, size);
    requireWriteConditions(call.headers, versions.latest(call.bucket, call.key));
    const etag = multipartEtag(still);
    const bodyId = bodies.join(still.map((part) => part.bodyId));
    uploads.end(upload.id, new Set(still.map((part) => part.number)));
    const version = versions.add(bucket, {
      key: call.key,
      deleteMarker: false,
      size,
      etag,
      modifiedMs: clock.now(),
      headers: upload.headers,
      checksum,
      tags: upload.tags,
      bodyId,
    });
    recordEvent(call, bucket, "ObjectCreated:CompleteMultipartUpload", version);
    const host = call.request.headers.host ?? "s3.localhost";
    return {
      ...xmlResponse(
        "CompleteMultipartUploadResult",
        [
          leaf("Location", `http://${host}/${call.bucket}/${encodeURIComponent(call.key)}`),
          leaf("Bucket", call.bucket),
          leaf("Key", call.key),
          leaf("ETag", `"${etag}"`),
          leaf(`Checksum${checksum.algorithm}`, checksum.value),
          leaf("ChecksumType", checksum.type),
        ],
        { ...versionHeader(bucket, version), "x-amz-server-side-encryption": "AES256" },
      ),
      summary: { bucket: call.bucket, key: call.key, bytes: size, parts: still.length },
    };
  });
}
