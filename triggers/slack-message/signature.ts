// Whether a request comes from Slack: the v0 signature over the raw body, or an outgoing webhook's token. Comparisons take
// the same time whatever is given; without a secret nobody is let in.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** Seconds a signed request may be old, or ahead of our clock (Slack, "Verifying requests from Slack": five minutes). */
export const signatureSeconds = 300;

/** What is signed and how, as it came: headers that came twice are joined by a comma and so fit no form. */
export type SignedRequest = {
  body: Uint8Array;
  timestamp: string | undefined;
  signature: string | undefined;
};

/** True when the signature is that of one of the secrets over timestamp and body, and the timestamp is near `nowMs`. */
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

/** The signature Slack would send. */
export function signatureOf(body: Uint8Array, timestamp: string, secret: string): string {
  const digest = createHmac("sha256", secret).update(`v0:${timestamp}:`).update(body).digest("hex");
  return `v0=${digest}`;
}

/** True when the token is one of those of our outgoing webhooks. */
export function isOurToken(token: string, tokens: readonly string[]): boolean {
  const given = digestOf(token);
  return anyOf(tokens, (ours) => timingSafeEqual(given, digestOf(ours)));
}

/** Of one length, whatever the text's. */
const digestOf = (text: string) => createHash("sha256").update(text).digest();

/** All are tried, so that the time tells nothing; an empty secret never counts. */
function anyOf(secrets: readonly string[], matches: (secret: string) => boolean): boolean {
  return secrets.filter((secret) => secret !== "" && matches(secret)).length > 0;
}
