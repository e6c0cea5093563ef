// Computes AWS Signature Version 4: canonical request, string to sign, key. Knows no credentials.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { ServiceRequest } from "../../gateway/service.ts";
import { encodeStrict } from "../protocol/encoding.ts";

/** The parts of a credential scope, `AKID/date/region/service/aws4_request`. */
export type CredentialScope = { accessKeyId: string; date: string; region: string; service: string };

/** The scope, its key, and the time of signing in the form of `x-amz-date`. */
export type SigningKey = { scope: string; key: Buffer; amzDate: string };

const algorithm = "AWS4-HMAC-SHA256";

export const sha256Hex = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");

const hmac = (key: string | Buffer, data: string): Buffer => createHmac("sha256", key).update(data).digest();

/** Parses a credential scope; `undefined` when it is malformed. */
export function parseScope(credential: string): CredentialScope | undefined {
  const parts = credential.split("/");
  const [accessKeyId, date, region, service, end] = parts.slice(-5);
  if (parts.length !== 5 || end !== "aws4_request") return undefined;
  if (accessKeyId === undefined || date === undefined || region === undefined || service === undefined) {
    return undefined;
  }
  return { accessKeyId, date, region, service };
}

/** The signing key of a scope. */
export function signingKey(scope: CredentialScope, secret: string, amzDate: string): SigningKey {
  const { date, region, service } = scope;
  const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), service), "aws4_request");
  return { scope: `${date}/${region}/${service}/aws4_request`, key, amzDate };
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => [encodeStrict(name), encodeStrict(value)] as const)
    .sort(([a, av], [b, bv]) => (a < b ? -1 : a > b ? 1 : av < bv ? -1 : av > bv ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

/** S3 signs the path encoded once, whatever encoding the client sent. */
function canonicalPath(path: string): string {
  return path
    .split("/")
    .map((segment) => encodeStrict(decodeURIComponent(segment)))
    .join("/");
}

/** The signature of a request over the headers it names as signed. */
export function requestSignature(
  request: Pick<ServiceRequest, "method" | "path" | "query" | "headers">,
  signedHeaders: readonly string[],
  payloadHash: string,
  key: SigningKey,
): string {
  const headers = signedHeaders.map(
    (name) => `${name}:${(request.headers[name] ?? "").trim().replace(/ +/g, " ")}\n`,
  );
  const canonical = [
    request.method,
    canonicalPath(request.path),
    canonicalQuery(request.query),
    headers.join(""),
    signedHeaders.join(";"),
    payloadHash,
  ].join("\n");
  return textSignature([algorithm, key.amzDate, key.scope, sha256Hex(canonical)].join("\n"), key);
}

/** The signature of any text under a key: a string to sign, or a POST policy in base64. */
export function textSignature(text: string, key: SigningKey): string {
  return hmac(key.key, text).toString("hex");
}

/**
 * The signature of one chunk of an `aws-chunked` body, from the previous one (for the first, the request's signature) and
 * the SHA-256 of the chunk's bytes in hex.
 */
export function chunkSignature(previous: string, dataHash: string, key: SigningKey): string {
  const lines = [`${algorithm}-PAYLOAD`, key.amzDate, key.scope, previous, sha256Hex(""), dataHash];
  return textSignature(lines.join("\n"), key);
}

/** The signature of the trailer after the last chunk; `trailer` is `name:value\n` for each line. */
export function trailerSignature(previous: string, trailer: string, key: SigningKey): string {
  const lines = [`${algorithm}-TRAILER`, key.amzDate, key.scope, previous, sha256Hex(trailer)];
  return textSignature(lines.join("\n"), key);
}

/** Compares signatures in constant time. */
export function sameSignature(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
