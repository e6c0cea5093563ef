// Decodes a request's body as it arrives and verifies every digest that the sender gave. Keeps no bytes.
import type { Identity } from "../auth/authenticate.ts";
import { decodeChunks, type Trailer } from "./aws-chunked.ts";
import {
  algorithmNamed,
  type ChecksumAlgorithm,
  type Declared,
  type Digest,
  declaredChecksum,
  startDigest,
} from "./checksums.ts";
import { S3Error } from "./errors.ts";

/** A body and what its sender said of it. */
export type IncomingBody = {
  chunks: AsyncIterable<Buffer>;
  /** By lower-case name: headers, or the fields of a form. */
  headers: Readonly<Record<string, string>>;
  /** Who signed the body. Absent for forms, whose signature does not cover the file. */
  identity?: Pick<Identity, "payloadHash" | "key" | "signature">;
  /** False when the checksum header describes something else: the whole object of a multipart upload. */
  checksumIsOfBody?: boolean;
};

/** What is known of a body that has arrived and was verified. */
export type Received<Kept> = {
  kept: Kept;
  /** The MD5 in hex, which is the ETag of what is written in one request. */
  etag: string;
  /** The sender's checksum, if any. A checksum in a presigned URL's query is ignored, as in S3. */
  checksum: Declared | undefined;
  /** The digests that were asked for, in base64. */
  checksums: ReadonlyMap<ChecksumAlgorithm, string>;
};

const streamingHash = /^STREAMING-(UNSIGNED-PAYLOAD-TRAILER|AWS4-HMAC-SHA256-PAYLOAD(-TRAILER)?)$/;

/** The decoded bytes. Returns the trailer. */
async function* decoded({ chunks, headers, identity }: IncomingBody): AsyncGenerator<Buffer, Trailer> {
  const payloadHash = identity?.payloadHash ?? "UNSIGNED-PAYLOAD";
  if (!payloadHash.startsWith("STREAMING-")) {
    yield* chunks;
    return {};
  }
  if (!streamingHash.test(payloadHash)) {
    throw new S3Error("NotImplemented", `x-amz-content-sha256 ${payloadHash} is not implemented.`);
  }
  const trailer = yield* decodeChunks(chunks, payloadHash.includes("UNSIGNED") ? undefined : identity);
  const promised = headers["x-amz-trailer"]?.trim().toLowerCase();
  if (promised !== undefined && trailer[promised] === undefined) {
    throw new S3Error("InvalidRequest", `The trailer ${promised} is missing.`);
  }
  // Its algorithm was not known when the bytes came by.
  if (Object.keys(trailer).some((name) => name !== promised && name.startsWith("x-amz-checksum-")))
    throw new S3Error("MalformedTrailerError");
  return trailer;
}

/** The algorithm of the checksum that follows in the trailer. */
function promisedAlgorithm(headers: IncomingBody["headers"]): ChecksumAlgorithm | undefined {
  const name = headers["x-amz-trailer"]?.trim().toLowerCase() ?? "";
  const [, algorithm] = /^x-amz-checksum-(.+)$/.exec(name) ?? [];
  return algorithm === undefined ? undefined : algorithmNamed(algorithm);
}

/** The digests that are computed while the bytes come by. */
class Digests {
  readonly #running = new Map<ChecksumAlgorithm | "MD5", Digest>();
  readonly values = new Map<ChecksumAlgorithm | "MD5", string>();

  constructor(names: readonly (ChecksumAlgorithm | "MD5" | undefined)[]) {
    for (const name of names) if (name !== undefined) this.#running.set(name, startDigest(name));
  }

  update(chunk: Buffer): void {
    for (const digest of this.#running.values()) digest.update(chunk);
  }

  async end(): Promise<void> {
    for (const [name, digest] of this.#running) this.values.set(name, await digest.value());
  }

  hex(name: ChecksumAlgorithm | "MD5"): string {
    return Buffer.from(this.values.get(name) ?? "", "base64").toString("hex");
  }
}

function verifyMd5(contentMd5: string | undefined, actual: string | undefined): void {
  if (contentMd5 === undefined) return;
  if (Buffer.from(contentMd5, "base64").length !== 16) throw new S3Error("InvalidDigest");
  if (actual !== contentMd5) {
    throw new S3Error("BadDigest", "The Content-MD5 you specified did not match what we received.");
  }
}

function verifyChecksum({ algorithm, value }: Declared, actual: string): void {
  if (Buffer.from(value, "base64").length !== Buffer.from(actual, "base64").length) {
    const header = `x-amz-checksum-${algorithm.toLowerCase()}`;
    throw new S3Error("InvalidRequest", `Value for ${header} header is invalid.`);
  }
  if (actual !== value) {
    throw new S3Error("BadDigest", `The ${algorithm} you specified did not match the calculated checksum.`);
  }
}

/** The SHA-256 that the signature covers; undefined when the body is not signed or its chunks are. */
const signedHash = ({ identity }: IncomingBody): string | undefined =>
  /^(STREAMING-.*|UNSIGNED-PAYLOAD)$/.test(identity?.payloadHash ?? "UNSIGNED-PAYLOAD")
    ? undefined
    : identity?.payloadHash;

/**
 * Receives a body: `keep` gets its decoded bytes as they come. They end without an error only when everything that the sender
 * declared is true; when they do not, `keep` must keep nothing.
 * @param wanted further checksums to compute
 * @throws S3Error XAmzContentSHA256Mismatch, SignatureDoesNotMatch, BadDigest, InvalidDigest, IncompleteBody
 */
export async function receiveBody<Kept>(
  body: IncomingBody,
  wanted: readonly ChecksumAlgorithm[],
  keep: (chunks: AsyncIterable<Buffer>) => Promise<Kept>,
): Promise<Received<Kept>> {
  const { headers, checksumIsOfBody = true } = body;
  const announced = declaredChecksum(headers);
  const ofBody = checksumIsOfBody ? (announced?.algorithm ?? promisedAlgorithm(headers)) : undefined;
  const hash = signedHash(body);
  const digests = new Digests(["MD5", ofBody, hash === undefined ? undefined : "SHA256", ...wanted]);
  let checksum = announced;
  async function* verified(): AsyncGenerator<Buffer> {
    let length = 0;
    const chunks = decoded(body);
    let next = await chunks.next();
    for (; !next.done; next = await chunks.next()) {
      digests.update(next.value);
      length += next.value.length;
      yield next.value;
    }
    await digests.end();
    const declaredLength = headers["x-amz-decoded-content-length"];
    if (declaredLength !== undefined && Number(declaredLength) !== length)
      throw new S3Error("IncompleteBody");
    if (hash !== undefined && digests.hex("SHA256") !== hash) throw new S3Error("XAmzContentSHA256Mismatch");
    verifyMd5(headers["content-md5"], digests.values.get("MD5"));
    checksum = declaredChecksum({ ...headers, ...next.value });
    if (ofBody !== undefined && checksum !== undefined)
      verifyChecksum(checksum, digests.values.get(ofBody) ?? "");
  }
  const kept = await keep(verified());
  const checksums = new Map(wanted.map((name) => [name, digests.values.get(name) ?? ""]));
  return { kept, etag: digests.hex("MD5"), checksum, checksums };
}

/** The largest document that S3 reads here: 10,000 parts with their tags and checksums fit. */
const largestDocumentBytes = 8 * 1024 * 1024;

/** A verified body in memory. */
export type Payload = { bytes: Buffer; checksum: Declared | undefined };

/** Receives a document. @throws S3Error as `receiveBody`, MaxMessageLengthExceeded */
export async function receiveDocument(body: IncomingBody): Promise<Payload> {
  const { kept, checksum } = await receiveBody(body, [], async (chunks) => {
    const all: Buffer[] = [];
    let length = 0;
    for await (const chunk of chunks) {
      length += chunk.length;
      if (length > largestDocumentBytes) throw new S3Error("MaxMessageLengthExceeded");
      all.push(chunk);
    }
    return Buffer.concat(all);
  });
  return { bytes: kept, checksum };
}
