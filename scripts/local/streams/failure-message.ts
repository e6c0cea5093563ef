// Lambda's message to the on-failure destination of a stream. It says where the records are, not what is in them. They
// can be read from the stream as long as it keeps them.
// Source: Lambda developer guide, "Retain discarded records for a DynamoDB event source".
import { randomUUID } from "node:crypto";
import type { StreamRecord } from "../../streams/stream-record.ts";

/** Why records were discarded. */
export type DiscardReason = "RetryAttemptsExhausted" | "RecordAgeExceeded";

/** Discarded records. */
export type Discarded = {
  records: readonly [StreamRecord, ...StreamRecord[]];
  reason: DiscardReason;
  /** How often the function was invoked with them. */
  invocations: number;
  /** True when the last invocation threw, false when it reported the records as failed. */
  threw: boolean;
};

/** The message's JSON. */
export function failureMessage(
  { records, reason, invocations, threw }: Discarded,
  { streamArn, shardId, functionArn }: { streamArn: string; shardId: string; functionArn: string },
  nowMs: number,
): Record<string, unknown> {
  const [first] = records;
  const last = records.at(-1) ?? first;
  // In whole seconds; the message's own timestamp has milliseconds.
  const arrival = ({ createdMs }: StreamRecord) => new Date(createdMs).toISOString().replace(/\.\d{3}/, "");
  return {
    requestContext: {
      requestId: randomUUID(),
      functionArn: `${functionArn}:$LATEST`,
      condition: reason,
      approximateInvokeCount: invocations,
    },
    ...(invocations > 0 && {
      responseContext: {
        statusCode: 200,
        executedVersion: "$LATEST",
        ...(threw && { functionError: "Unhandled" }),
      },
    }),
    version: "1.0",
    timestamp: new Date(nowMs).toISOString(),
    DDBStreamBatchInfo: {
      shardId,
      startSequenceNumber: first.sequenceNumber,
      endSequenceNumber: last.sequenceNumber,
      approximateArrivalOfFirstRecord: arrival(first),
      approximateArrivalOfLastRecord: arrival(last),
      batchSize: records.length,
      streamArn,
    },
  };
}
