// Receipt handles, which name a queue, a message and one of its receives.
import { SqsError } from "./errors.ts";

export type Receipt = { queueId: number; seq: number; receipt: number };

const pattern = /^AQEB(\d+)\.(\d+)\.(\d+)$/;

/** An opaque handle for one receive of one message. It begins as those of SQS do. */
export function encodeReceipt({ queueId, seq, receipt }: Receipt): string {
  return `AQEB${queueId}.${seq}.${receipt}`;
}

/** Parses a handle of this queue. Throws `ReceiptHandleIsInvalid` for anything else. */
export function decodeReceipt(handle: string, queueId: number): Receipt {
  const parts = pattern.exec(handle);
  if (parts === null || Number(parts[1]) !== queueId) {
    throw new SqsError(
      "ReceiptHandleIsInvalid",
      `The input receipt handle "${handle}" is not a valid receipt handle.`,
    );
  }
  return { queueId, seq: Number(parts[2]), receipt: Number(parts[3]) };
}
