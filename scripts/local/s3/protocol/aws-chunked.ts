// The `aws-chunked` content coding: chunks with sizes, optional signatures and a trailer. Knows no operation.
import { createHash } from "node:crypto";
import { chunkSignature, type SigningKey, sameSignature, trailerSignature } from "../auth/signature.ts";
import { ByteReader } from "./byte-reader.ts";
import { S3Error } from "./errors.ts";

/** The headers in a body's trailer, by lower-case name. */
export type Trailer = Record<string, string>;

/** The chain of chunk signatures: the key, and the request's own signature as the first link. */
export type SignatureChain = { key: SigningKey; signature: string };

/** The longest line with a chunk's size and signature, and the longest trailer. */
const longestLineBytes = 4096;
const longestTrailerBytes = 16 * 1024;

function requireMatch(expected: string, given: string | undefined): void {
  if (given === undefined || !sameSignature(expected, given)) throw new S3Error("SignatureDoesNotMatch");
}

/** The size of the next chunk and the signature in its line. */
async function readChunkHead(reader: ByteReader): Promise<{ size: number; signature: string | undefined }> {
  const line = await reader.line(longestLineBytes);
  const [size = "", extension = ""] = line?.split(";") ?? [];
  if (!/^[0-9a-fA-F]{1,12}$/.test(size)) throw new S3Error("IncompleteBody");
  return { size: Number.parseInt(size, 16), signature: /^chunk-signature=(.*)$/.exec(extension)?.[1] };
}

async function readTrailer(
  reader: ByteReader,
  previous: string,
  chain: SignatureChain | undefined,
): Promise<Trailer> {
  const text = (await reader.rest(longestTrailerBytes)).toString("latin1");
  const all = text.split(/\r?\n/).filter((line) => line !== "");
  const isSignature = (line: string) => line.startsWith("x-amz-trailer-signature:");
  const lines = all.filter((line) => !isSignature(line));
  if (chain !== undefined && lines.length > 0) {
    const signed = lines.map((line) => `${line}\n`).join("");
    requireMatch(trailerSignature(previous, signed, chain.key), all.find(isSignature)?.split(":")[1]);
  }
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(":")).toLowerCase(),
      line.slice(line.indexOf(":") + 1).trim(),
    ]),
  );
}

/**
 * Decodes a body as it comes, and returns its trailer. Pass `chain` when the chunks are signed
 * (`STREAMING-AWS4-HMAC-SHA256-PAYLOAD`): a chunk's signature follows from all its bytes, so those are handed on before it
 * is checked. Keep nothing of a body that fails.
 * @throws S3Error IncompleteBody when sizes and bytes disagree, SignatureDoesNotMatch at the first wrong signature
 */
export async function* decodeChunks(
  body: AsyncIterable<Buffer>,
  chain: SignatureChain | undefined,
): AsyncGenerator<Buffer, Trailer> {
  const reader = new ByteReader(body);
  let previous = chain?.signature ?? "";
  for (;;) {
    const { size, signature } = await readChunkHead(reader);
    const hash = chain === undefined ? undefined : createHash("sha256");
    for await (const bytes of reader.bytes(size)) {
      hash?.update(bytes);
      yield bytes;
    }
    if (chain !== undefined && hash !== undefined) {
      const expected = chunkSignature(previous, hash.digest("hex"), chain.key);
      requireMatch(expected, signature);
      previous = expected;
    }
    if (size === 0) return readTrailer(reader, previous, chain);
    if ((await reader.line(0)) !== "") throw new S3Error("IncompleteBody");
  }
}
