// The account as the shortest list of events that recreates it, used to rewrite the journal.
import type { Account, Queue } from "./account.ts";
import type { SqsEvent } from "./events.ts";
import { recordOf } from "./queue-state.ts";

/** Events that turn an empty account into this one, as of `at` (epoch milliseconds). */
export function* snapshotOf(account: Account, at: number): Generator<SqsEvent> {
  for (const queue of account.queues.values()) yield* queueSnapshot(queue, at);
  for (const task of account.tasks.values()) {
    if (task.status === "RUNNING") yield { type: "move-task-started", at, task };
  }
  const { lastSeq, lastReceipt, lastQueueId } = account;
  const deletedAt = Object.fromEntries(account.deletedAt);
  yield { type: "account-restored", at, lastSeq, lastReceipt, lastQueueId, deletedAt };
}

function* queueSnapshot(queue: Queue, at: number): Generator<SqsEvent> {
  const { name, queueId, tags, modifiedAt, purgedAt } = queue;
  const attributes = queue.settings.raw;
  const times = { modifiedAt, ...(Number.isFinite(purgedAt) && { purgedAt }) };
  yield { type: "queue-created", at: queue.createdAt, queue: name, queueId, attributes, tags, ...times };
  for (const { key, at: sentAt, id, seq } of queue.deduplication.values()) {
    yield { type: "deduplication-restored", at: sentAt, queue: name, key, id, seq };
  }
  for (const { key: attemptId, at: receivedAt, receipts } of queue.attempts.values()) {
    yield { type: "attempt-restored", at: receivedAt, queue: name, attemptId, receipts };
  }
  let message = queue.state.messages.head;
  while (message !== undefined) {
    yield { type: "message-restored", at, queue: name, record: recordOf(message) };
    message = message.next;
  }
}
