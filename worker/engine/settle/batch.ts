// Batches of SQS calls: at most ten entries, and on high-throughput FIFO queues handles of one receive together.
import type { Delivery } from "../receive/delivery.ts";

/** SQS batch calls take at most this many entries. */
export const batchLimit = 10;

/** Splits deliveries of one queue into batches of at most ten, with those of one receive next to each other. */
export function batchesByReceive(deliveries: readonly Delivery[]): Delivery[][] {
  return batchesInOrder(
    [...deliveries].sort((a, b) => (a.receiveId < b.receiveId ? -1 : a.receiveId > b.receiveId ? 1 : 0)),
  );
}

/** Splits a list into batches of at most ten and keeps its order, which matters when messages are returned. */
export function batchesInOrder(deliveries: readonly Delivery[]): Delivery[][] {
  const batches: Delivery[][] = [];
  for (let start = 0; start < deliveries.length; start += batchLimit)
    batches.push(deliveries.slice(start, start + batchLimit));
  return batches;
}
