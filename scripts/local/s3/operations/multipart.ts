// Multipart uploads: CreateMultipartUpload, UploadPart, AbortMultipartUpload, ListParts, ListMultipartUploads.
import type { ServiceResponse } from "../../gateway/service.ts";
import { leaf, tree } from "../../protocols/xml.ts";
import { requireBucket, type S3Call, xmlResponse } from "../call.ts";
import { ownerId } from "../events/record.ts";
import {
  algorithmNamed,
  type ChecksumAlgorithm,
  type ChecksumType,
  type Declared,
} from "../protocol/checksums.ts";
import { isoTime } from "../protocol/encoding.ts";
import { S3Error } from "../protocol/errors.ts";
import { type IncomingBody, receiveBody } from "../protocol/payload.ts";
import { crc64OfReceived } from "../store/receive-body.ts";
import type { Upload } from "../store/uploads.ts";
import { headersToKeep, refuseUnkept } from "./object-headers.ts";
import { parseTags } from "./tagging.ts";

/** The upload of a call. @throws S3Error NoSuchUpload when it never existed, was aborted or is completed */
export function requireUpload(call: S3Call): Upload {
  requireBucket(call);
  const id = call.query.get("uploadId") ?? "";
  const upload = call.cloud.uploads.find(call.bucket, call.key, id);
  if (upload === undefined) throw new S3Error("NoSuchUpload", undefined, { details: { UploadId: id } });
  return upload;
}

/** CRC64NVME covers only whole objects and SHA only parts. For the other two the client may choose. */
function checksumTypeOf(algorithm: ChecksumAlgorithm, asked: string | undefined): ChecksumType {
  const usual: ChecksumType = algorithm === "CRC64NVME" ? "FULL_OBJECT" : "COMPOSITE";
  if (asked === undefined || asked === usual) return usual;
  const possible = asked === "FULL_OBJECT" && (algorithm === "CRC32" || algorithm === "CRC32C");
  if (possible) return "FULL_OBJECT";
  throw new S3Error(
    "InvalidRequest",
    `The ${asked} checksum type cannot be used with the ${algorithm} checksum algorithm.`,
  );
}

/** CreateMultipartUpload. */
export function createMultipartUpload(call: S3Call): ServiceResponse {
  refuseUnkept(call.headers);
  const asked = call.headers["x-amz-checksum-algorithm"];
  const algorithm = asked === undefined ? "CRC64NVME" : algorithmNamed(asked);
  const checksumType = checksumTypeOf(algorithm, call.headers["x-amz-checksum-type"]);
  const upload = call.cloud.database.transaction(() => {
    requireBucket(call);
    return call.cloud.uploads.start({
      bucket: call.bucket,
      key: call.key,
      startedMs: call.cloud.clock.now(),
      headers: headersToKeep(call.headers),
      tags: parseTags(call.headers["x-amz-tagging"]),
      algorithm,
      checksumType,
      algorithmAsked: asked !== undefined,
    });
  });
  return xmlResponse(
    "InitiateMultipartUploadResult",
    [leaf("Bucket", call.bucket), leaf("Key", call.key), leaf("UploadId", upload.id)],
    {
      "x-amz-server-side-encryption": "AES256",
      ...(asked !== undefined && {
        "x-amz-checksum-algorithm": algorithm,
        "x-amz-checksum-type": checksumType,
      }),
    },
  );
}

/** The part number of a call. @throws S3Error InvalidArgument outside 1 to 10,000 */
export function partNumberOf(query: URLSearchParams): number {
  const number = Number(query.get("partNumber"));
  if (Number.isInteger(number) && number >= 1 && number <= 10_000) return number;
  throw new S3Error("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive");
}

/**
 * UploadPart. A part uploaded again replaces the previous one. When the upload started without an algorithm, a part may
 * have any checksum: the SDK for JavaScript then sends CRC32 for parts, and the object gets CRC64NVME.
 */
export async function uploadPart(call: S3Call, body: IncomingBody): Promise<ServiceResponse> {
  const number = partNumberOf(call.query);
  const { algorithm } = requireUpload(call);
  const { bodies, database, uploads, clock } = call.cloud;
  const crcs = algorithm === "CRC64NVME";
  const received = await receiveBody(body, crcs ? [] : [algorithm], (chunks) =>
    bodies.receive(chunks, { crcs }),
  );
  const { kept, etag, checksum: given } = received;
  const own = given?.algorithm === algorithm ? given.value : undefined;
  const computed = crcs ? crc64OfReceived(kept) : (received.checksums.get(algorithm) ?? "");
  const checksum = own ?? computed;
  database.transaction(() => {
    const bodyId = bodies.keep(kept);
    const upload = requireUpload(call);
    requireSameAlgorithm(upload, given);
    const modifiedMs = clock.now();
    uploads.putPart(upload.id, { number, bodyId, size: kept.size, etag, checksum, given, modifiedMs });
  });
  return {
    status: 200,
    headers: {
      etag: `"${etag}"`,
      "x-amz-server-side-encryption": "AES256",
      [`x-amz-checksum-${(given?.algorithm ?? algorithm).toLowerCase()}`]: given?.value ?? checksum,
    },
    summary: { bucket: call.bucket, key: call.key, bytes: kept.size, part: number },
  };
}

function requireSameAlgorithm({ algorithm, algorithmAsked }: Upload, given: Declared | undefined): void {
  if (!algorithmAsked || given === undefined || given.algorithm === algorithm) return;
  throw new S3Error(
    "InvalidRequest",
    `Checksum Type mismatch occurred, expected checksum Type: ${algorithm}, actual checksum Type: ${given.algorithm}`,
  );
}

/** AbortMultipartUpload. */
export function abortMultipartUpload(call: S3Call): ServiceResponse {
  call.cloud.database.transaction(() => {
    call.cloud.uploads.end(requireUpload(call).id, new Set());
  });
  return { status: 204 };
}

/** ListParts. */
export function listParts(call: S3Call): ServiceResponse {
  const upload = requireUpload(call);
  const limit = Math.min(1000, Number(call.query.get("max-parts") ?? 1000));
  const marker = Number(call.query.get("part-number-marker") ?? 0);
  if (!Number.isInteger(limit) || limit < 0 || !Number.isInteger(marker))
    throw new S3Error("InvalidArgument");
  const rest = call.cloud.uploads.parts(upload.id).filter((part) => part.number > marker);
  const parts = rest.slice(0, limit);
  return xmlResponse("ListPartsResult", [
    leaf("Bucket", call.bucket),
    leaf("Key", call.key),
    leaf("UploadId", upload.id),
    leaf("PartNumberMarker", marker),
    leaf("NextPartNumberMarker", parts.at(-1)?.number ?? 0),
    leaf("MaxParts", limit),
    leaf("IsTruncated", rest.length > parts.length),
    leaf("ChecksumAlgorithm", upload.algorithmAsked ? upload.algorithm : undefined),
    leaf("ChecksumType", upload.algorithmAsked ? upload.checksumType : undefined),
    ...parts.map((part) =>
      tree("Part", [
        leaf("PartNumber", part.number),
        leaf("LastModified", isoTime(part.modifiedMs)),
        leaf("ETag", `"${part.etag}"`),
        leaf("Size", part.size),
        leaf(`Checksum${upload.algorithm}`, upload.algorithmAsked ? part.checksum : undefined),
      ]),
    ),
    tree("Owner", [leaf("ID", ownerId)]),
    leaf("StorageClass", "STANDARD"),
  ]);
}

/** ListMultipartUploads, on one page. */
export function listMultipartUploads(call: S3Call): ServiceResponse {
  requireBucket(call);
  const prefix = call.query.get("prefix") ?? "";
  const uploads = call.cloud.uploads.list(call.bucket, prefix);
  return xmlResponse("ListMultipartUploadsResult", [
    leaf("Bucket", call.bucket),
    leaf("Prefix", prefix),
    leaf("IsTruncated", false),
    ...uploads.map((upload) =>
      tree("Upload", [
        leaf("Key", upload.key),
        leaf("UploadId", upload.id),
        leaf("Initiated", isoTime(upload.startedMs)),
        leaf("StorageClass", "STANDARD"),
      ]),
    ),
  ]);
}
