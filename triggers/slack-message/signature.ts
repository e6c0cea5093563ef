// Checks whether a request comes from Slack: by the v0 signature over the raw body, or by an outgoing webhook's token.
// Comparisons take constant time. Without a secret, every request is refused.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** How old a signed request may be, or how far ahead of our clock (Slack, "Verifying requests from Slack"). */
export const signatureSeconds = 300;

/** A request as received. A header that occurs twice is joined by a comma and therefore never valid. */
export type SignedRequest = {
  body: Uint8Array;
  timestamp: string | undefined;
  signature: string | undefined;
};

/** True when one of the secrets gives this signature for timestamp and body, and the timestamp is near `nowMs`. */
export function isSigned(
  { body, timestamp, signature }: SignedRequest,
  secrets: readonly string[],
  nowMs: number,
): boolean {
  if (timestamp === undefined || !/^[0-9]{1,12}$/.test(timestamp)) return false;
  if (signature === undefined || !/^v0=[0-9a-f]{64}$/.test(signature)) return false;
  if (Math.abs(Math.floor(nowMs / 1000) - Number(timestamp)) > signatureSeconds) return false;
  const given = Buffer.from(signature);
  return anyOf(secrets, (secret) =>
    timingSafeEqual(given, Buffer.from(signatureOf(body, timestamp, secret))),
  );
}

/** The signature that Slack would send. */
export function signatureOf(body: Uint8Array, timestamp: string, secret: string): string {
  const digest = createHmac("sha256", secret).update(`v0:${timestamp}:`).update(body).digest("hex");
  return `v0=${digest}`;
}

/** True when the token belongs to one of our outgoing webhooks. */
export function isOurToken(token: string, tokens: readonly string[]): boolean {
  const given = digestOf(token);
  return anyOf(tokens, (ours) => timingSafeEqual(given, digestOf(ours)));
}

/** A digest has the same length for every text, which timingSafeEqual needs. */
const digestOf = (text: string) => createHash("sha256").update(text).digest();

/** Tries all secrets, so that the time reveals nothing. An empty secret never matches. */
function anyOf(secrets: readonly string[], matches: (secret: string) => boolean): boolean {
  return secrets.filter((secret) => secret !== "" && matches(secret)).length > 0;
}
