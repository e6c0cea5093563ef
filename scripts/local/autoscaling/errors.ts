// The errors of the Auto Scaling API.
import { ApiError } from "../gateway/api-error.ts";

/** An error of the API. */
export class AutoScalingError extends ApiError {}

export const invalid = (message: string) => new AutoScalingError("ValidationError", message);

export const notImplemented = (what: string) =>
  new AutoScalingError("NotImplemented", `${what} is not part of the local cloud`, 501);
