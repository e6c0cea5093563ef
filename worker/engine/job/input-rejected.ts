// The error with which a handler rejects its input for good.
import { FleetError } from "../../fleet/errors.ts";
import type { Effect } from "./effect.ts";

/** An input that can never succeed. The job ends as `rejected`, at once, and its group goes on. */
export class InputRejected extends FleetError {
  /** Stable kebab-case word for programs, e.g. `unsupported-format`. */
  readonly code: string;
  /** One sentence for the person who sent it. */
  readonly reason: string;
  /** Rows to write together with the rejection. */
  readonly effects: readonly Effect[];

  constructor(code: string, reason: string, options: { effects?: readonly Effect[]; cause?: unknown } = {}) {
    super(`input rejected (${code}): ${reason}`, { cause: options.cause });
    this.code = code;
    this.reason = reason;
    this.effects = options.effects ?? [];
  }
}
