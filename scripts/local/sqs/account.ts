// All queues of the account: events change this state and commands read it.
import type { MoveTask } from "./events.ts";
import type { ExpiringMap } from "./expiring-map.ts";
import type { QueueSettings } from "./queue-attributes.ts";
import { type QueueState, settle } from "./queue-state.ts";

/** The deduplication window, and how long a receive attempt id is valid: 5 minutes (SQS developer guide, "Exactly-once processing"). */
export const windowMs = 5 * 60_000;

/** The messages of a receive attempt, by its id: each [seq, number of the receive]. */
export type ReceiveAttempt = { key: string; at: number; receipts: readonly (readonly [number, number])[] };

/** The first message with a deduplication key, whose id and number its later copies get. */
export type FirstCopy = { key: string; at: number; id: string; seq: number };

export type Queue = {
  /** Unlike the name, it is never used twice. */
  queueId: number;
  name: string;
  fifo: boolean;
  createdAt: number;
  modifiedAt: number;
  purgedAt: number;
  settings: QueueSettings;
  tags: Record<string, string>;
  state: QueueState;
  deduplication: ExpiringMap<FirstCopy>;
  attempts: ExpiringMap<ReceiveAttempt>;
  /** Since the process started, for metrics. */
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

/** An account without queues. `scanWindow` is the number of messages in which a FIFO queue looks for groups. */
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

/** Applies the passing of time to one queue. Call it before looking at the queue's messages. */
export function settleQueue(queue: Queue, now: number): void {
  settle(queue.state, now, queue.settings.retentionMs);
}

/** The deduplication key of a send, by the queue's deduplication scope. */
export function deduplicationKey(queue: Queue, groupId: string, deduplicationId: string): string {
  return queue.settings.deduplicationPerGroup ? `${groupId}\n${deduplicationId}` : deduplicationId;
}
