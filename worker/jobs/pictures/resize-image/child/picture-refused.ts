// Thrown where a reader finds that a picture can never succeed.
import type { Refusal } from "../../../shared/decode-untrusted.ts";

/** The picture is refused. */
export class PictureRefused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}
