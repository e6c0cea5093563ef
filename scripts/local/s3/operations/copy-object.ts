// CopyObject: a whole object becomes a new object.
import type { ServiceResponse } from "../../gateway/service.ts";
import { leaf } from "../../protocols/xml.ts";
import { requireBucket, type S3Call, xmlResponse } from "../call.ts";
import { recordEvent } from "../events/publish-changes.ts";
import { algorithmNamed, type Checksum } from "../protocol/checksums.ts";
import { isoTime } from "../protocol/encoding.ts";
import { S3Error } from "../protocol/errors.ts";
import { md5Of } from "../store/bodies.ts";
import type { Version } from "../store/versions.ts";
import { bodiesChecksum } from "./body-checksum.ts";
import { requireWriteConditions } from "./conditions.ts";
import { largestCopyBytes, sourceOf } from "./copy-source.ts";
import { headersToKeep, refuseUnkept, versionHeader } from "./object-headers.ts";
import { findVersion } from "./read-object.ts";
import { parseTags } from "./tagging.ts";

function replaces(call: S3Call, directive: string): boolean {
  const value = call.headers[directive] ?? "COPY";
  if (value === "COPY" || value === "REPLACE") return value === "REPLACE";
  throw new S3Error("InvalidArgument", `Unknown ${directive}: ${value}`);
}

/** A copy is one whole object, so a checksum over the parts of its source becomes a checksum over all bytes. */
async function checksumOfCopy(call: S3Call, source: Version): Promise<Checksum> {
  const asked = call.headers["x-amz-checksum-algorithm"];
  const algorithm = asked === undefined ? (source.checksum?.algorithm ?? "CRC64NVME") : algorithmNamed(asked);
  if (source.checksum?.type === "FULL_OBJECT" && source.checksum.algorithm === algorithm)
    return source.checksum;
  const ids = source.bodyId === undefined ? [] : [source.bodyId];
  return { algorithm, type: "FULL_OBJECT", value: await bodiesChecksum(algorithm, call.cloud.bodies, ids) };
}

/** CopyObject. */
export async function copyObject(call: S3Call): Promise<ServiceResponse> {
  requireBucket(call);
  refuseUnkept(call.headers);
  const { bodies, database, versions, clock } = call.cloud;
  const { from, source } = sourceOf(call);
  if (source.size > largestCopyBytes)
    throw new S3Error(
      "InvalidRequest",
      `The specified copy source is larger than the maximum allowable size for a copy source: ${largestCopyBytes}`,
    );
  const replaceMetadata = replaces(call, "x-amz-metadata-directive");
  const ontoItself = source.bucket === call.bucket && source.key === call.key && source.latest;
  if (ontoItself && !replaceMetadata) {
    throw new S3Error(
      "InvalidRequest",
      "This copy request is illegal because it is trying to copy an object to itself without changing its metadata.",
    );
  }
  const headers = replaceMetadata ? headersToKeep(call.headers) : source.headers;
  const tags = replaces(call, "x-amz-tagging-directive")
    ? parseTags(call.headers["x-amz-tagging"])
    : source.tags;
  const checksum = await checksumOfCopy(call, source);
  const inParts = source.etag.includes("-") && source.bodyId !== undefined;
  const etag = inParts ? await md5Of(bodies.pieces(source.bodyId ?? 0)) : source.etag;
  return database.transaction(() => {
    const bucket = requireBucket(call);
    const original = findVersion({ cloud: call.cloud, ...from }, source.versionId);
    if (original.seq !== source.seq) throw new S3Error("PreconditionFailed");
    requireWriteConditions(call.headers, versions.latest(call.bucket, call.key));
    const bodyId = bodies.copy(original.bodyId ?? 0);
    const { size } = original;
    const modifiedMs = clock.now();
    const copy = {
      key: call.key,
      deleteMarker: false,
      size,
      etag,
      modifiedMs,
      headers,
      checksum,
      tags,
      bodyId,
    };
    const version = versions.add(bucket, copy);
    recordEvent(call, bucket, "ObjectCreated:Copy", version);
    return xmlResponse(
      "CopyObjectResult",
      [
        leaf("ETag", `"${etag}"`),
        leaf("LastModified", isoTime(modifiedMs)),
        leaf(`Checksum${checksum.algorithm}`, checksum.value),
        leaf("ChecksumType", checksum.type),
      ],
      {
        ...versionHeader(bucket, version),
        "x-amz-copy-source-version-id": source.versionId,
        "x-amz-server-side-encryption": "AES256",
      },
    );
  });
}
