// The errors of SQS, by the names of its API model, each with the code of the older query protocol.

const queryCodes = {
  BatchEntryIdsNotDistinct: ["AWS.SimpleQueueService.BatchEntryIdsNotDistinct", 400],
  BatchRequestTooLong: ["AWS.SimpleQueueService.BatchRequestTooLong", 400],
  EmptyBatchRequest: ["AWS.SimpleQueueService.EmptyBatchRequest", 400],
  InvalidAddress: ["InvalidAddress", 404],
  InvalidAttributeName: ["InvalidAttributeName", 400],
  InvalidAttributeValue: ["InvalidAttributeValue", 400],
  InvalidBatchEntryId: ["AWS.SimpleQueueService.InvalidBatchEntryId", 400],
  InvalidMessageContents: ["InvalidMessageContents", 400],
  InvalidParameterValueException: ["InvalidParameterValue", 400],
  MessageNotInflight: ["AWS.SimpleQueueService.MessageNotInflight", 400],
  MissingRequiredParameterException: ["MissingParameter", 400],
  OverLimit: ["OverLimit", 403],
  PurgeQueueInProgress: ["AWS.SimpleQueueService.PurgeQueueInProgress", 403],
  QueueDeletedRecently: ["AWS.SimpleQueueService.QueueDeletedRecently", 400],
  QueueDoesNotExist: ["AWS.SimpleQueueService.NonExistentQueue", 400],
  QueueNameExists: ["QueueAlreadyExists", 400],
  ReceiptHandleIsInvalid: ["ReceiptHandleIsInvalid", 404],
  ResourceNotFoundException: ["ResourceNotFoundException", 404],
  TooManyEntriesInBatchRequest: ["AWS.SimpleQueueService.TooManyEntriesInBatchRequest", 400],
  UnsupportedOperation: ["AWS.SimpleQueueService.UnsupportedOperation", 400],
} as const;

export type SqsErrorName = keyof typeof queryCodes;

/** A request that SQS refuses. It becomes the error answer or one failed entry of a batch. */
export class SqsError extends Error {
  readonly code: SqsErrorName;
  readonly queryCode: string;
  readonly status: number;
  /** The code of a failed batch entry, when it differs from the query protocol's. */
  readonly batchCode: string;

  constructor(code: SqsErrorName, message: string, batchCode?: string) {
    super(message);
    this.name = code;
    this.code = code;
    [this.queryCode, this.status] = queryCodes[code];
    this.batchCode = batchCode ?? this.queryCode;
  }
}

/** "Value X for parameter Y is invalid. Reason: Z." */
export function invalidValue(
  parameter: string,
  value: unknown,
  reason: string,
  batchCode?: string,
): SqsError {
  const message = `Value ${String(value)} for parameter ${parameter} is invalid. Reason: ${reason}`;
  return new SqsError("InvalidParameterValueException", message, batchCode);
}

export function invalidParameter(message: string): SqsError {
  return new SqsError("InvalidParameterValueException", message);
}

export function missingParameter(parameter: string): SqsError {
  return new SqsError(
    "MissingRequiredParameterException",
    `The request must contain the parameter ${parameter}.`,
  );
}

export function queueDoesNotExist(): SqsError {
  return new SqsError("QueueDoesNotExist", "The specified queue does not exist.");
}
