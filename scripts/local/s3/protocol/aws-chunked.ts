// The `aws-chunked` content coding: chunks with sizes, optional signatures and a trailer. Knows no operation.
import { chunkSignature, type SigningKey, sameSignature, trailerSignature } from "../auth/signature.ts";
import { S3Error } from "./errors.ts";

/** A decoded body and the headers in its trailer. */
export type DecodedChunks = { bytes: Buffer; trailer: Record<string, string> };

/** The chain of chunk signatures: the key, and the request's own signature as the first link. */
export type SignatureChain = { key: SigningKey; signature: string };

const crlf = Buffer.from("\r\n");

function lineEnd(body: Buffer, from: number): number {
  const at = body.indexOf(crlf, from);
  if (at < 0) throw new S3Error("IncompleteBody");
  return at;
}

function requireMatch(expected: string, given: string | undefined): void {
  if (given === undefined || !sameSignature(expected, given)) throw new S3Error("SignatureDoesNotMatch");
}

function readTrailer(body: Buffer, from: number): { lines: string[]; signature: string | undefined } {
  const lines = body
    .subarray(from)
    .toString("latin1")
    .split(/\r?\n/)
    .filter((line) => line !== "");
  const isSignature = (line: string) => line.startsWith("x-amz-trailer-signature:");
  return {
    lines: lines.filter((line) => !isSignature(line)),
    signature: lines.find(isSignature)?.split(":")[1],
  };
}

/**
 * Decodes a body. Pass `chain` when the chunks are signed (`STREAMING-AWS4-HMAC-SHA256-PAYLOAD`).
 * @throws S3Error IncompleteBody when sizes and bytes disagree, SignatureDoesNotMatch at the first wrong signature
 */
export function decodeChunks(body: Buffer, chain: SignatureChain | undefined): DecodedChunks {
  const chunks: Buffer[] = [];
  let previous = chain?.signature ?? "";
  let position = 0;
  for (;;) {
    const end = lineEnd(body, position);
    const [size = "", extension = ""] = body.toString("latin1", position, end).split(";");
    if (!/^[0-9a-fA-F]+$/.test(size)) throw new S3Error("IncompleteBody");
    const length = Number.parseInt(size, 16);
    const start = end + 2;
    const data = body.subarray(start, start + length);
    if (data.length !== length) throw new S3Error("IncompleteBody");
    if (chain !== undefined) {
      const expected = chunkSignature(previous, data, chain.key);
      requireMatch(expected, /^chunk-signature=(.*)$/.exec(extension)?.[1]);
      previous = expected;
    }
    position = start + length;
    if (length === 0) break;
    if (lineEnd(body, position) !== position) throw new S3Error("IncompleteBody");
    position += 2;
    chunks.push(data);
  }
  const { lines, signature } = readTrailer(body, position);
  if (chain !== undefined && lines.length > 0) {
    const text = lines.map((line) => `${line}\n`).join("");
    requireMatch(trailerSignature(previous, text, chain.key), signature);
  }
  const trailer = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(":")).toLowerCase(),
      line.slice(line.indexOf(":") + 1).trim(),
    ]),
  );
  return {
    bytes: chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks),
    trailer,
  };
}
