// All queues of the account: the state that events change and commands read.
import type { MoveTask } from "./events.ts";
import type { ExpiringMap } from "./expiring-map.ts";
import type { QueueSettings } from "./queue-attributes.ts";
import { type QueueState, settle } from "./queue-state.ts";

/** Deduplication window and life of a receive attempt: 5 minutes (SQS developer guide, "Exactly-once processing"). */
export const windowMs = 5 * 60_000;

/** The messages a receive attempt got: [seq, number of the receive] each. */
export type ReceiveAttempt = { receipts: readonly (readonly [number, number])[] };

export type Queue = {
  /** Unlike the name never used twice. */
  queueId: number;
  name: string;
  fifo: boolean;
  createdAt: number;
  modifiedAt: number;
  purgedAt: number;
  settings: QueueSettings;
  tags: Record<string, string>;
  state: QueueState;
  deduplication: ExpiringMap<{ id: string; seq: number }>;
  attempts: ExpiringMap<ReceiveAttempt>;
  /** Since the process started; for metrics. */
  totals: { sent: number; received: number; deleted: number; emptyReceives: number };
};

export type Account = {
  scanWindow: number;
  queues: Map<string, Queue>;
  deletedAt: Map<string, number>;
  tasks: Map<string, MoveTask>;
  lastSeq: number;
  lastReceipt: number;
  lastQueueId: number;
};

/** An account without queues; `scanWindow` is the number of messages a FIFO queue looks through for groups. */
export function emptyAccount(scanWindow: number): Account {
  return {
    scanWindow,
    queues: new Map(),
    deletedAt: new Map(),
    tasks: new Map(),
    lastSeq: 0,
    lastReceipt: 0,
    lastQueueId: 0,
  };
}

/** Lets time take effect in one queue; everything that looks at its messages calls this first. */
export function settleQueue(queue: Queue, now: number): void {
  settle(queue.state, now, queue.settings.retentionMs);
}

/** What two sends must share to be one, by the queue's deduplication scope. */
export function deduplicationKey(queue: Queue, groupId: string, deduplicationId: string): string {
  return queue.settings.deduplicationPerGroup ? `${groupId}\n${deduplicationId}` : deduplicationId;
}
