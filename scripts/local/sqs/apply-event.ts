// Applies events to the account, one function per kind. Events about a missing queue change nothing.
import { type Account, type Queue, settleQueue, windowMs } from "./account.ts";
import {
  applyDeleted,
  applyMoved,
  applyReceived,
  applySent,
  applyVisibility,
  redelay,
} from "./apply-message.ts";
import type { SqsEvent } from "./events.ts";
import { expiringMap } from "./expiring-map.ts";
import { settingsOf } from "./queue-attributes.ts";
import { emptyQueue, insertMessage } from "./queue-state.ts";

/** Applies an event. */
export function applyEvent(account: Account, event: SqsEvent): void {
  switch (event.type) {
    case "queue-created":
      account.lastQueueId = Math.max(account.lastQueueId, event.queueId);
      account.deletedAt.delete(event.queue);
      account.queues.set(event.queue, newQueue(account, event));
      return;
    case "queue-deleted":
      account.queues.delete(event.queue);
      account.deletedAt.set(event.queue, event.at);
      return;
    case "move-task-started":
      account.tasks.set(event.task.taskId, { ...event.task });
      return;
    case "move-task-ended":
      endTask(account, event);
      return;
    case "account-restored":
      account.lastSeq = event.lastSeq;
      account.lastReceipt = event.lastReceipt;
      account.lastQueueId = event.lastQueueId;
      account.deletedAt = new Map(Object.entries(event.deletedAt));
      return;
    default: {
      const queue = account.queues.get(event.queue);
      if (queue === undefined) return;
      settleQueue(queue, event.at);
      applyToQueue(account, queue, event);
    }
  }
}

type QueueEvent = Exclude<Extract<SqsEvent, { queue: string }>, { type: "queue-created" | "queue-deleted" }>;

function applyToQueue(account: Account, queue: Queue, event: QueueEvent): void {
  switch (event.type) {
    case "message-sent":
      applySent(account, queue, event);
      break;
    case "messages-received":
      applyReceived(account, queue, event);
      break;
    case "visibility-changed":
      applyVisibility(queue, event);
      break;
    case "messages-deleted":
      applyDeleted(queue, event);
      break;
    case "message-moved":
      move(account, queue, event);
      break;
    case "queue-purged":
      purge(queue, event.at);
      break;
    case "attributes-set":
      setAttributes(queue, event);
      break;
    case "tags-set":
      queue.tags = event.tags;
      break;
    case "message-restored":
      insertMessage(queue.state, event.record);
      break;
    case "deduplication-restored":
      queue.deduplication.set({ key: event.key, at: event.at, id: event.id, seq: event.seq });
      break;
    case "attempt-restored":
      queue.attempts.set({ key: event.attemptId, at: event.at, receipts: event.receipts });
      break;
    default:
      throw new Error(`unknown event ${JSON.stringify(event satisfies never)}`);
  }
}

function newQueue(account: Account, event: Extract<SqsEvent, { type: "queue-created" }>): Queue {
  const fifo = event.queue.endsWith(".fifo");
  return {
    queueId: event.queueId,
    name: event.queue,
    fifo,
    createdAt: event.at,
    modifiedAt: event.modifiedAt ?? event.at,
    purgedAt: event.purgedAt ?? Number.NEGATIVE_INFINITY,
    settings: settingsOf(event.attributes),
    tags: event.tags,
    state: emptyQueue(fifo, fifo ? account.scanWindow : Number.POSITIVE_INFINITY),
    deduplication: expiringMap(windowMs),
    attempts: expiringMap(windowMs),
    totals: { sent: 0, received: 0, deleted: 0, emptyReceives: 0 },
  };
}

/** A purge also removes messages in flight and clears the deduplication window (observed on AWS by LocalStack's tests). */
function purge(queue: Queue, at: number): void {
  queue.state = emptyQueue(queue.fifo, queue.state.scanWindow);
  queue.deduplication.clear();
  queue.attempts.clear();
  queue.purgedAt = at;
}

function setAttributes(queue: Queue, event: Extract<SqsEvent, { type: "attributes-set" }>): void {
  const oldDelay = queue.settings.delayMs;
  queue.settings = settingsOf(event.attributes);
  queue.modifiedAt = event.at;
  if (queue.fifo && queue.settings.delayMs !== oldDelay) redelay(queue, event.at);
}

function move(account: Account, from: Queue, event: Extract<SqsEvent, { type: "message-moved" }>): void {
  const to = account.queues.get(event.to);
  if (to === undefined) return;
  settleQueue(to, event.at);
  applyMoved(account, from, to, event);
  const task = event.taskId === undefined ? undefined : account.tasks.get(event.taskId);
  if (task !== undefined) task.moved += 1;
}

function endTask(account: Account, event: Extract<SqsEvent, { type: "move-task-ended" }>): void {
  const task = account.tasks.get(event.taskId);
  if (task === undefined) return;
  task.status = event.status;
  if (event.failureReason !== undefined) task.failureReason = event.failureReason;
}
