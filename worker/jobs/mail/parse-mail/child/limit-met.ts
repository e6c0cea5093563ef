// A mail, or what is inside of one of its parts, exceeds a limit.

import type { Limit } from "./contract.ts";

/** A limit was met. Which one is data, so that the refusal can name it. */
export class LimitMet extends Error {
  readonly limit: Limit;

  constructor(limit: Limit) {
    super(`the mail exceeds its limit of ${limit}`);
    this.name = "LimitMet";
    this.limit = limit;
  }
}
