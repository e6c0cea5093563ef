// The base of this project's errors, and the error for bad settings. Leaves carry data and fixed text and are classified
// by instanceof.

/** Base of every error thrown on purpose. In functions class names are short ones: a class that they may throw says its own name. */
export class FleetError extends Error {
  override name = this.constructor.name;
}

/** A setting or argument a person gave that cannot be used; the message names the field and the limit. */
export class InvalidSettings extends FleetError {
  override name = "InvalidSettings";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`invalid settings: ${problems.join("; ")}`);
    this.problems = problems;
  }
}
