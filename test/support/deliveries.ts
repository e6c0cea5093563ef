// Deliveries as the poller would have received them, for tests of single parts.

import { Lease } from "../../worker/engine/lease/lease.ts";
import type { Delivery } from "../../worker/engine/receive/delivery.ts";

/** A delivery with a fresh lease of 60 seconds from monotonic time 0; its name is message id and receipt handle. */
export function deliveryNamed(name: string, overrides: Partial<Delivery> = {}): Delivery {
  return {
    kind: "fixture-work",
    group: "g",
    messageId: name,
    receiptHandle: name,
    receiveCount: 1,
    body: "{}",
    receiveId: "r1",
    lease: new Lease(0, 60),
    ...overrides,
  };
}
