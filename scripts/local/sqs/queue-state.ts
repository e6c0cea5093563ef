// The messages of one queue, and which of them may be delivered now: the FIFO rules. Pure state with the time as an
// argument. Knows no clock, no requests and no other queue.

import { type TimeHeap, timeHeap } from "../clock/time-heap.ts";
import { type ArrayQueue, arrayQueue, front, takeFront } from "./array-queue.ts";
import { append, type LinkedList, linkedList, unlink } from "./linked-list.ts";
import type { MessageRecord } from "./message.ts";

/** A message and its place in the queue, in one object: half as many of them must be found in memory and moved by V8. */
export type StoredMessage = MessageRecord & {
  /** Its neighbours in the queue. */
  previous: StoredMessage | undefined;
  next: StoredMessage | undefined;
  group: MessageGroup;
  heapIndex: number;
  /** Whether it is within the scan window, in which SQS looks for groups. */
  scanned: boolean;
  removed: boolean;
};

/** Messages that are delivered strictly in order. In a standard queue every message is its own group. */
export type MessageGroup = {
  /** Its neighbours among the ready groups. */
  previous: MessageGroup | undefined;
  next: MessageGroup | undefined;
  key: string;
  /** Oldest first, without those removed from the front; others that are removed stay until they come there. */
  messages: ArrayQueue<StoredMessage>;
  /** How many of them are not removed. */
  size: number;
  inFlight: number;
  ready: boolean;
};

export type QueueState = {
  fifo: boolean;
  /** The scan window: how many messages, from the oldest, are searched for groups (SQS: 120,000). */
  scanWindow: number;
  messages: LinkedList<StoredMessage>;
  bySeq: Map<number, StoredMessage>;
  groups: Map<string, MessageGroup>;
  /** Groups whose head may be delivered, in the order in which they became ready, so that groups take turns. */
  ready: LinkedList<MessageGroup>;
  /** Delayed and in-flight messages, by the time at which they become visible. */
  hidden: TimeHeap<StoredMessage>;
  scanned: { count: number; last: StoredMessage | undefined };
  /** Messages that are older than their predecessor (dead-lettered into a standard queue), for retention. */
  outOfOrder: StoredMessage[];
  counts: { delayed: number; inFlight: number; groupsInFlight: number };
};

/** A queue without messages. */
export function emptyQueue(fifo: boolean, scanWindow: number): QueueState {
  return {
    fifo,
    scanWindow,
    messages: linkedList(),
    bySeq: new Map(),
    groups: new Map(),
    ready: linkedList(),
    hidden: timeHeap((message) => message.visibleAt),
    scanned: { count: 0, last: undefined },
    outOfOrder: [],
    counts: { delayed: 0, inFlight: 0, groupsInFlight: 0 },
  };
}

/** Appends a message to its queue and its group. */
export function insertMessage(queue: QueueState, record: MessageRecord): StoredMessage {
  const group = groupFor(queue, queue.fifo ? (record.groupId ?? "") : String(record.seq));
  const message = stored(record, group);
  const previous = queue.messages.tail;
  if (previous !== undefined && previous.sentAt > record.sentAt) queue.outOfOrder.push(message);
  append(queue.messages, message);
  group.messages.items.push(message);
  group.size += 1;
  queue.bySeq.set(record.seq, message);
  if (record.state !== "visible") queue.hidden.place(message);
  countState(queue, message, 1);
  extendScan(queue);
  refresh(queue, group);
  return message;
}

/** Written out with all fields: an object that gets more of them later is copied again and again by V8. */
function stored(record: MessageRecord, group: MessageGroup): StoredMessage {
  return {
    previous: undefined,
    next: undefined,
    group,
    heapIndex: -1,
    scanned: false,
    removed: false,
    body: record.body,
    bodyMd5: record.bodyMd5,
    attributes: record.attributes,
    traceHeader: record.traceHeader,
    groupId: record.groupId,
    deduplicationId: record.deduplicationId,
    seq: record.seq,
    id: record.id,
    sentAt: record.sentAt,
    receiveCount: record.receiveCount,
    receivesHere: record.receivesHere,
    firstReceivedAt: record.firstReceivedAt,
    sourceQueue: record.sourceQueue,
    state: record.state,
    visibleAt: record.visibleAt,
    receipt: record.receipt,
    receivedAt: record.receivedAt,
    modified: record.modified,
  };
}

/** What is kept of a message, without its place. */
export function recordOf(message: StoredMessage): MessageRecord {
  const { previous: _previous, next: _next, group: _group, ...rest } = message;
  const { heapIndex: _heapIndex, scanned: _scanned, removed: _removed, ...record } = rest;
  return record;
}

/** Removes a message in any state. Its group continues without it. */
export function removeMessage(queue: QueueState, message: StoredMessage): void {
  const { group } = message;
  message.removed = true;
  countState(queue, message, -1);
  queue.hidden.remove(message);
  queue.bySeq.delete(message.seq);
  if (message.scanned) {
    queue.scanned.count -= 1;
    if (queue.scanned.last === message) queue.scanned.last = message.previous;
  }
  unlink(queue.messages, message);
  group.size -= 1;
  while (front(group.messages)?.removed) takeFront(group.messages);
  extendScan(queue);
  refresh(queue, group);
  if (group.size === 0) queue.groups.delete(group.key);
}

/** Hides a message until `visibleAt`: it is in flight or delayed, or that is extended. */
export function hideMessage(
  queue: QueueState,
  message: StoredMessage,
  state: "in-flight" | "delayed",
  visibleAt: number,
): void {
  countState(queue, message, -1);
  message.state = state;
  message.visibleAt = visibleAt;
  countState(queue, message, 1);
  queue.hidden.place(message);
  refresh(queue, message.group);
}

/** Applies the passing of time: ends delays and visibility timeouts, removes messages older than `retentionMs`. */
export function settle(queue: QueueState, now: number, retentionMs: number): void {
  for (;;) {
    const message = queue.hidden.earliest();
    if (message === undefined || message.visibleAt > now) break;
    queue.hidden.remove(message);
    countState(queue, message, -1);
    message.state = "visible";
    refresh(queue, message.group);
  }
  for (;;) {
    const oldest = queue.messages.head;
    if (oldest === undefined || oldest.sentAt + retentionMs > now) break;
    removeMessage(queue, oldest);
  }
  if (queue.outOfOrder.length === 0) return;
  const expired = queue.outOfOrder.filter((message) => message.sentAt + retentionMs <= now);
  for (const message of expired) if (!message.removed) removeMessage(queue, message);
  if (expired.length > 0) queue.outOfOrder = queue.outOfOrder.filter((message) => !message.removed);
}

/**
 * Visits the messages that may be delivered now, until `visit` answers false: group after group in the order in which the groups
 * became ready, each from its head to its first hidden message. `visit` must not change the queue.
 */
export function visitDeliverable(queue: QueueState, visit: (message: StoredMessage) => boolean): void {
  for (let group = queue.ready.head; group !== undefined; group = group.next) {
    const { items, first } = group.messages;
    for (let index = first; index < items.length; index += 1) {
      const message = items[index];
      if (message === undefined || message.removed) continue;
      if (!message.scanned || message.state !== "visible") break;
      if (!visit(message)) return;
    }
  }
}

function groupFor(queue: QueueState, key: string): MessageGroup {
  const known = queue.groups.get(key);
  if (known !== undefined) return known;
  const group: MessageGroup = {
    previous: undefined,
    next: undefined,
    key,
    messages: arrayQueue(),
    size: 0,
    inFlight: 0,
    ready: false,
  };
  queue.groups.set(key, group);
  return group;
}

/** Moves the end of the scan window as far as possible. */
function extendScan(queue: QueueState): void {
  const { scanned } = queue;
  while (scanned.count < queue.scanWindow) {
    const next = scanned.last === undefined ? queue.messages.head : scanned.last.next;
    if (next === undefined) return;
    next.scanned = true;
    scanned.count += 1;
    scanned.last = next;
    refresh(queue, next.group);
  }
}

/** Appends a group to the ready ones or removes it, depending on its head. */
function refresh(queue: QueueState, group: MessageGroup): void {
  const head = front(group.messages);
  const ready = head?.scanned === true && head.state === "visible";
  if (ready === group.ready) return;
  group.ready = ready;
  if (ready) append(queue.ready, group);
  else unlink(queue.ready, group);
}

function countState(queue: QueueState, { state, group }: StoredMessage, by: 1 | -1): void {
  if (state === "delayed") queue.counts.delayed += by;
  if (state !== "in-flight") return;
  queue.counts.inFlight += by;
  if (group.inFlight === (by === 1 ? 0 : 1)) queue.counts.groupsInFlight += by;
  group.inFlight += by;
}
