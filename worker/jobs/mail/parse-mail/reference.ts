// The short id an author is told, such as K7Q2-9MPD: easy to read out, following from the submission's own id.
import { createHash } from "node:crypto";

/** Crockford's base 32: no I, L, O or U. */
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/**
 * The reference of a submission.
 * @param collisions how many earlier choices are taken by others
 */
export function referenceOf(submissionId: string, collisions = 0): string {
  const digest = createHash("sha256").update(`${submissionId}/${collisions}`).digest();
  const letters = [...digest.subarray(0, 8)].map((byte) => alphabet[byte % alphabet.length]).join("");
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}
