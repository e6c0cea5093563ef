// What Lambda sends to the on-failure destination of a stream: where the records are, not what they hold. They can be
// read back from the stream for as long as it keeps them.
// Source: Lambda developer guide, "Retain discarded records for a DynamoDB event source".
import { randomUUID } from "node:crypto";
import type { StreamRecord } from "../../streams/stream-record.ts";

/** Why records were discarded. */
export type DiscardReason = "RetryAttemptsExhausted" | "RecordAgeExceeded";

/** Records that were given up. */
export type Discarded = {
  records: readonly [StreamRecord, ...StreamRecord[]];
  reason: DiscardReason;
  /** Invocations made for them. */
  invocations: number;
  /** True when the function threw the last time, false when it reported them as failed. */
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
  // Whole seconds, without the milliseconds of the timestamp beside them.
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
