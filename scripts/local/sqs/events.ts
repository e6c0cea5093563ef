// Everything that can happen to the queues, as data. The state is the sum of its events: what is journaled is what
// is applied, so a restart cannot differ from the run before it.
import type { MessageContent, MessageRecord } from "./message.ts";
import type { RawAttributes } from "./queue-attributes.ts";

export type MoveTaskStatus = "RUNNING" | "COMPLETED" | "CANCELLED" | "FAILED";

/** A StartMessageMoveTask: back from a dead-letter queue. Queues by name. */
export type MoveTask = {
  taskId: string;
  source: string;
  /** Not given: each message goes back to the queue it was dead-lettered from. */
  destination?: string;
  messagesPerSecond?: number;
  status: MoveTaskStatus;
  moved: number;
  toMove: number;
  startedAt: number;
  failureReason?: string;
};

/** `at` is the epoch millisecond it happened; `queue` a queue's name; `seq` a message's number. */
export type SqsEvent = { at: number } & (
  | {
      type: "queue-created";
      queue: string;
      queueId: number;
      attributes: RawAttributes;
      tags: Record<string, string>;
      /** In snapshots only. */
      modifiedAt?: number;
      purgedAt?: number;
    }
  | { type: "queue-deleted"; queue: string }
  | { type: "queue-purged"; queue: string }
  | { type: "attributes-set"; queue: string; attributes: RawAttributes }
  | { type: "tags-set"; queue: string; tags: Record<string, string> }
  | {
      type: "message-sent";
      queue: string;
      seq: number;
      id: string;
      content: MessageContent;
      visibleAt: number;
      /** What a later send is compared with; none on standard queues. */
      deduplicationKey?: string;
    }
  | {
      type: "messages-received";
      queue: string;
      visibleAt: number;
      attemptId?: string;
      /** [seq, number of this receive] */
      receipts: readonly (readonly [number, number])[];
    }
  | {
      type: "visibility-changed";
      queue: string;
      seqs: readonly number[];
      visibleAt: number;
      /** False when a repeated receive attempt extends what it returned before. */
      modified: boolean;
    }
  | { type: "messages-deleted"; queue: string; seqs: readonly number[] }
  | {
      type: "message-moved";
      why: "dead-letter" | "move-task";
      queue: string;
      seq: number;
      to: string;
      newSeq: number;
      newId: string;
      taskId?: string;
    }
  | { type: "move-task-started"; task: MoveTask }
  | { type: "move-task-ended"; taskId: string; status: MoveTaskStatus; failureReason?: string }
  /** The four below occur in snapshots only. */
  | { type: "message-restored"; queue: string; record: MessageRecord }
  | { type: "deduplication-restored"; queue: string; key: string; id: string; seq: number }
  | {
      type: "attempt-restored";
      queue: string;
      attemptId: string;
      receipts: readonly (readonly [number, number])[];
    }
  | {
      type: "account-restored";
      lastSeq: number;
      lastReceipt: number;
      lastQueueId: number;
      deletedAt: Record<string, number>;
    }
);
