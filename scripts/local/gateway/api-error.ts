// An error of an AWS API, as a local service answers it.

/** A request that a service refuses: the API's code, a message, and the status of the HTTP response. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}
