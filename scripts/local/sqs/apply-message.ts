// Applies events to the messages of a queue. Commands have validated them.
import { type Account, deduplicationKey, type Queue, settleQueue } from "./account.ts";
import type { SqsEvent } from "./events.ts";
import type { MessageContent, MessageRecord } from "./message.ts";
import { hideMessage, insertMessage, removeMessage } from "./queue-state.ts";

type EventOf<Type extends SqsEvent["type"]> = Extract<SqsEvent, { type: Type }>;

/** With all fields from the start: an object that gets more of them later is copied again and again by V8. */
function newRecord(
  { body, bodyMd5, attributes, traceHeader, groupId, deduplicationId }: MessageContent,
  seq: number,
  id: string,
  at: number,
  visibleAt: number,
): MessageRecord {
  return {
    body,
    bodyMd5,
    attributes,
    traceHeader,
    groupId,
    deduplicationId,
    seq,
    id,
    sentAt: at,
    receiveCount: 0,
    receivesHere: 0,
    firstReceivedAt: undefined,
    sourceQueue: undefined,
    state: visibleAt > at ? "delayed" : "visible",
    visibleAt,
    receipt: 0,
    receivedAt: 0,
    modified: false,
  };
}

export function applySent(account: Account, queue: Queue, event: EventOf<"message-sent">): void {
  const { seq, id, at } = event;
  account.lastSeq = Math.max(account.lastSeq, seq);
  queue.totals.sent += 1;
  if (event.deduplicationKey !== undefined)
    queue.deduplication.set({ key: event.deduplicationKey, at, id, seq });
  insertMessage(queue.state, newRecord(event.content, seq, id, at, event.visibleAt));
}

export function applyReceived(account: Account, queue: Queue, event: EventOf<"messages-received">): void {
  for (const [seq, receipt] of event.receipts) {
    account.lastReceipt = Math.max(account.lastReceipt, receipt);
    const message = queue.state.bySeq.get(seq);
    if (message === undefined) continue;
    message.receiveCount += 1;
    message.receivesHere += 1;
    message.firstReceivedAt ??= event.at;
    message.receipt = receipt;
    message.receivedAt = event.at;
    message.modified = false;
    hideMessage(queue.state, message, "in-flight", event.visibleAt);
  }
  if (event.attemptId !== undefined)
    queue.attempts.set({ key: event.attemptId, at: event.at, receipts: event.receipts });
  queue.totals.received += event.receipts.length;
  settleQueue(queue, event.at);
}

export function applyVisibility(queue: Queue, event: EventOf<"visibility-changed">): void {
  for (const seq of event.seqs) {
    const message = queue.state.bySeq.get(seq);
    if (message === undefined) continue;
    message.modified ||= event.modified;
    hideMessage(queue.state, message, "in-flight", event.visibleAt);
  }
  settleQueue(queue, event.at);
}

export function applyDeleted(queue: Queue, event: EventOf<"messages-deleted">): void {
  for (const seq of event.seqs) {
    const message = queue.state.bySeq.get(seq);
    if (message === undefined) continue;
    removeMessage(queue.state, message);
    queue.totals.deleted += 1;
  }
}

/** Moves a message to the end of another queue. */
export function applyMoved(account: Account, from: Queue, to: Queue, event: EventOf<"message-moved">): void {
  const message = from.state.bySeq.get(event.seq);
  if (message === undefined) return;
  removeMessage(from.state, message);
  account.lastSeq = Math.max(account.lastSeq, event.newSeq);
  const record =
    event.why === "dead-letter" ? deadLetter(message, from, to, event) : redriven(message, to, event);
  if (to.fifo) {
    const key = deduplicationKey(to, record.groupId ?? "", record.id);
    to.deduplication.set({ key, at: event.at, id: record.id, seq: record.seq });
  }
  insertMessage(to.state, record);
}

function contentOf(old: MessageRecord, to: Queue, event: EventOf<"message-moved">): MessageContent {
  return {
    body: old.body,
    bodyMd5: old.bodyMd5,
    ...(old.attributes && { attributes: old.attributes }),
    ...(old.traceHeader !== undefined && { traceHeader: old.traceHeader }),
    ...(old.groupId !== undefined && { groupId: old.groupId }),
    ...(to.fifo && { deduplicationId: event.newId }),
  };
}

/**
 * The same message in its dead-letter queue: id, group and receive count stay. In a FIFO queue the deduplication id
 * becomes the message id and the retention period restarts; a standard queue keeps the time of sending (SQS developer
 * guide, "Using dead-letter queues in Amazon SQS").
 */
function deadLetter(
  old: MessageRecord,
  from: Queue,
  to: Queue,
  event: EventOf<"message-moved">,
): MessageRecord {
  const record = newRecord(contentOf(old, to, event), event.newSeq, event.newId, event.at, event.at);
  record.receiveCount = old.receiveCount;
  record.sourceQueue = from.name;
  if (old.firstReceivedAt !== undefined) record.firstReceivedAt = old.firstReceivedAt;
  if (!to.fifo) record.sentAt = old.sentAt;
  return record;
}

/** A message that a move task returned to its queue: a new message with the old content ("dead-letter queue redrive"). */
function redriven(old: MessageRecord, to: Queue, event: EventOf<"message-moved">): MessageRecord {
  const visibleAt = event.at + to.settings.delayMs;
  return newRecord(contentOf(old, to, event), event.newSeq, event.newId, event.at, visibleAt);
}

/** A FIFO queue's new delay also applies to the messages in it ("Amazon SQS delay queues"). */
export function redelay(queue: Queue, now: number): void {
  let message = queue.state.messages.head;
  while (message !== undefined) {
    const until = message.sentAt + queue.settings.delayMs;
    const waiting = message.receivesHere === 0 && message.state !== "in-flight";
    if (waiting && (until > now || message.state === "delayed")) {
      hideMessage(queue.state, message, "delayed", until);
    }
    message = message.next;
  }
  settleQueue(queue, now);
}
