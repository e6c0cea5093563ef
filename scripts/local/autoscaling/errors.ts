// The errors of the Auto Scaling API.

/** An error of the API. */
export class AutoScalingError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export const invalid = (message: string) => new AutoScalingError("ValidationError", message);

export const notImplemented = (what: string) =>
  new AutoScalingError("NotImplemented", `${what} is not part of the local cloud`, 501);
