// The errors of SNS, by the codes of its query protocol.

const statuses = {
  BatchEntryIdsNotDistinct: 400,
  BatchRequestTooLong: 400,
  EmptyBatchRequest: 400,
  InvalidBatchEntryId: 400,
  InvalidParameter: 400,
  NotFound: 404,
  NotImplemented: 501,
  ParameterValueInvalid: 400,
  ResourceNotFound: 404,
  TooManyEntriesInBatchRequest: 400,
} as const;

export type SnsErrorCode = keyof typeof statuses;

/** A request that SNS refuses. */
export class SnsError extends Error {
  readonly code: SnsErrorCode;
  readonly status: number;

  constructor(code: SnsErrorCode, message: string) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = statuses[code];
  }
}

/** "Invalid parameter: …" */
export function invalidParameter(what: string): SnsError {
  return new SnsError("InvalidParameter", `Invalid parameter: ${what}`);
}

/** Refuses a feature of SNS that is not implemented here. */
export function notImplemented(what: string): SnsError {
  return new SnsError("NotImplemented", `The local SNS does not implement ${what}.`);
}
