// All changes of the queues as data. The state is the sum of its events: the same events are journaled and applied, so a
// restart cannot differ from the run before it.
import type { MessageContent, MessageRecord } from "./message.ts";
import type { RawAttributes } from "./queue-attributes.ts";

export type MoveTaskStatus = "RUNNING" | "COMPLETED" | "CANCELLED" | "FAILED";

/** A StartMessageMoveTask, which moves messages out of a dead-letter queue. Queues by name. */
export type MoveTask = {
  taskId: string;
  source: string;
  /** Without it, each message returns to the queue it was dead-lettered from. */
  destination?: string;
  messagesPerSecond?: number;
  status: MoveTaskStatus;
  moved: number;
  toMove: number;
  startedAt: number;
  failureReason?: string;
};

/** `at` is in epoch milliseconds; `queue` is a queue's name; `seq` is a message's number. */
export type SqsEvent = { at: number } & (
  | {
      type: "queue-created";
      queue: string;
      queueId: number;
      attributes: RawAttributes;
      tags: Record<string, string>;
      /** Only in snapshots. */
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
      /** Recognises later copies; none on standard queues. */
      deduplicationKey?: string | undefined;
    }
  | {
      type: "messages-received";
      queue: string;
      visibleAt: number;
      attemptId?: string | undefined;
      /** [seq, number of this receive] */
      receipts: readonly (readonly [number, number])[];
    }
  | {
      type: "visibility-changed";
      queue: string;
      seqs: readonly number[];
      visibleAt: number;
      /** False when a repeated receive attempt extends its earlier messages. */
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
  /** The four below only occur in snapshots. */
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
