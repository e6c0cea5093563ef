// The short reference that an author gets, such as K7Q2-9MPD. It is easy to read out and follows from the submission's id.
import { createHash } from "node:crypto";

/** Crockford's base 32, which has no I, L, O or U. */
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/**
 * The reference of a submission.
 * @param collisions how many earlier candidates other submissions have taken
 */
export function referenceOf(submissionId: string, collisions = 0): string {
  const digest = createHash("sha256").update(`${submissionId}/${collisions}`).digest();
  const letters = [...digest.subarray(0, 8)].map((byte) => alphabet[byte % alphabet.length]).join("");
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}
