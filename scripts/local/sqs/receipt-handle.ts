// Receipt handles, which name a queue, a message and one of its receives.
import { SqsError } from "./errors.ts";

export type Receipt = { queueId: number; seq: number; receipt: number };

/** An opaque handle for one receive of one message. */
export function encodeReceipt({ queueId, seq, receipt }: Receipt): string {
  return btoa(`receipt:${queueId}:${seq}:${receipt}`);
}

/** Parses a handle of this queue. Throws `ReceiptHandleIsInvalid` for anything else. */
export function decodeReceipt(handle: string, queueId: number): Receipt {
  const parts = /^receipt:(\d+):(\d+):(\d+)$/.exec(Buffer.from(handle, "base64").toString());
  if (parts === null || Number(parts[1]) !== queueId) {
    throw new SqsError(
      "ReceiptHandleIsInvalid",
      `The input receipt handle "${handle}" is not a valid receipt handle.`,
    );
  }
  return { queueId, seq: Number(parts[2]), receipt: Number(parts[3]) };
}
