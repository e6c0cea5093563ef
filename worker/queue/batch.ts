// SQS takes ten entries a batch; high-throughput FIFO queues want handles of one receive together.
import type { Delivery } from "./delivery.ts";

/** SQS batch calls take at most this many entries. */
export const batchLimit = 10;

/** Splits deliveries of one queue into batches of at most ten, those of one receive side by side. */
export function batchesOfTen(deliveries: readonly Delivery[]): Delivery[][] {
  const sorted = [...deliveries].sort((a, b) =>
    a.receiveId < b.receiveId ? -1 : a.receiveId > b.receiveId ? 1 : 0,
  );
  const batches: Delivery[][] = [];
  for (let start = 0; start < sorted.length; start += batchLimit)
    batches.push(sorted.slice(start, start + batchLimit));
  return batches;
}
