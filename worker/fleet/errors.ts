// The errors of this project: one base, leaves with data and fixed text, classified by instanceof.
import type { Effect } from "../engine/job/handler.ts";

/** Base of every error thrown on purpose. */
export class FleetError extends Error {
  override name = this.constructor.name;
}

/** An input that can never succeed. The job ends as `rejected`, at once, and its group goes on. */
export class InputRejected extends FleetError {
  /** Stable kebab-case word for programs, e.g. `unsupported-format`. */
  readonly code: string;
  /** One sentence for the person who sent it. */
  readonly reason: string;
  /** Rows to write together with the rejection (for instance the refused picture's row). */
  readonly effects: readonly Effect[];

  constructor(code: string, reason: string, options: { effects?: readonly Effect[]; cause?: unknown } = {}) {
    super(`input rejected (${code}): ${reason}`, { cause: options.cause });
    this.code = code;
    this.reason = reason;
    this.effects = options.effects ?? [];
  }
}

/** A setting or argument a person gave that cannot be used; the message names the field and the limit. */
export class InvalidSettings extends FleetError {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`invalid settings: ${problems.join("; ")}`);
    this.problems = problems;
  }
}
