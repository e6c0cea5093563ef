// Decodes a request's body and verifies every digest that the sender gave.
import { createHash } from "node:crypto";
import type { ServiceRequest } from "../../gateway/service.ts";
import type { Identity } from "../auth/authenticate.ts";
import { sha256Hex } from "../auth/signature.ts";
import { decodeChunks } from "./aws-chunked.ts";
import { type ChecksumAlgorithm, checksumOf, declaredChecksum } from "./checksums.ts";
import { S3Error } from "./errors.ts";

/** A verified body. `checksum` is the sender's, if any. */
export type Payload = {
  bytes: Buffer;
  checksum: { algorithm: ChecksumAlgorithm; value: string } | undefined;
};

function verifyMd5(bytes: Buffer, contentMd5: string | undefined): void {
  if (contentMd5 === undefined) return;
  if (Buffer.from(contentMd5, "base64").length !== 16) throw new S3Error("InvalidDigest");
  if (createHash("md5").update(bytes).digest("base64") !== contentMd5) {
    throw new S3Error("BadDigest", "The Content-MD5 you specified did not match what we received.");
  }
}

/** Verifies a declared checksum. @throws S3Error InvalidRequest or BadDigest */
export async function verifyChecksum(
  bytes: Buffer,
  checksum: NonNullable<Payload["checksum"]>,
): Promise<void> {
  const actual = await checksumOf(checksum.algorithm, [bytes]);
  if (Buffer.from(checksum.value, "base64").length !== Buffer.from(actual, "base64").length) {
    const header = `x-amz-checksum-${checksum.algorithm.toLowerCase()}`;
    throw new S3Error("InvalidRequest", `Value for ${header} header is invalid.`);
  }
  if (actual !== checksum.value) {
    throw new S3Error(
      "BadDigest",
      `The ${checksum.algorithm} you specified did not match the calculated checksum.`,
    );
  }
}

/** Decodes the body when `x-amz-content-sha256` says that it is chunked, else verifies its hash. */
function decodeBody(
  request: ServiceRequest,
  identity: Identity,
): { bytes: Buffer; trailer: Record<string, string> } {
  const { payloadHash } = identity;
  if (!payloadHash.startsWith("STREAMING-")) {
    if (payloadHash !== "UNSIGNED-PAYLOAD" && payloadHash !== sha256Hex(request.body)) {
      throw new S3Error("XAmzContentSHA256Mismatch");
    }
    return { bytes: request.body, trailer: {} };
  }
  if (!/^STREAMING-(UNSIGNED-PAYLOAD-TRAILER|AWS4-HMAC-SHA256-PAYLOAD(-TRAILER)?)$/.test(payloadHash)) {
    throw new S3Error("NotImplemented", `x-amz-content-sha256 ${payloadHash} is not implemented.`);
  }
  const decoded = decodeChunks(request.body, payloadHash.includes("UNSIGNED") ? undefined : identity);
  const length = request.headers["x-amz-decoded-content-length"];
  if (length !== undefined && Number(length) !== decoded.bytes.length) throw new S3Error("IncompleteBody");
  const promised = request.headers["x-amz-trailer"];
  if (promised !== undefined && decoded.trailer[promised.trim().toLowerCase()] === undefined) {
    throw new S3Error("InvalidRequest", `The trailer ${promised} is missing.`);
  }
  return decoded;
}

/**
 * The body of a signed request. `checksumIsOfBody` is false when the checksum header describes something else (the whole
 * object of a multipart upload). A checksum in a presigned URL's query is ignored, as in S3.
 * @throws S3Error XAmzContentSHA256Mismatch, BadDigest, InvalidDigest, IncompleteBody
 */
export async function readPayload(
  request: ServiceRequest,
  identity: Identity,
  { checksumIsOfBody }: { checksumIsOfBody: boolean },
): Promise<Payload> {
  const { bytes, trailer } = decodeBody(request, identity);
  verifyMd5(bytes, request.headers["content-md5"]);
  const checksum = declaredChecksum({ ...request.headers, ...trailer });
  if (checksum !== undefined && checksumIsOfBody) await verifyChecksum(bytes, checksum);
  return { bytes, checksum };
}
