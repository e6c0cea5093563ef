// Waiting receives: their queue, their end, and when to look for messages again.
import type { Clock } from "../clock/clock.ts";
import type { Queue } from "./account.ts";
import { append, type LinkedList, linkedList, unlink } from "./linked-list.ts";
import type { Delivery, ReceiveInput } from "./receive.ts";

type Waiter = {
  previous: Waiter | undefined;
  next: Waiter | undefined;
  input: ReceiveInput;
  finish: (deliveries: Delivery[]) => void;
  fail: (error: unknown) => void;
};

type Waiting = { waiters: LinkedList<Waiter>; timer: { at: number; cancel: () => void } | undefined };

export type LongPolls = {
  /** Waits up to `waitMs` for messages. When `signal` aborts, the wait ends with none. */
  wait: (queue: Queue, input: ReceiveInput, waitMs: number, signal?: AbortSignal) => Promise<Delivery[]>;
  /** Looks for messages for all receives that wait for this queue, first come first served. */
  wake: (queue: Queue) => void;
  /** Ends every wait for a queue that was deleted. */
  refuse: (queueId: number, error: unknown) => void;
  waiting: (queue: Queue) => number;
};

/** `take` receives without waiting. There is one timer per queue, for the next message that becomes visible. */
export function longPolls(clock: Clock, take: (queue: Queue, input: ReceiveInput) => Delivery[]): LongPolls {
  const byQueue = new Map<number, Waiting>();

  const wake = (queue: Queue): void => {
    const waiting = byQueue.get(queue.queueId);
    if (waiting === undefined) return;
    while (waiting.waiters.head !== undefined) {
      const waiter: Waiter = waiting.waiters.head;
      if (!serve(queue, waiter)) break;
      if (waiter.input.attemptId !== undefined) serveRepeats(queue, waiting, waiter.input.attemptId);
    }
    schedule(queue, waiting);
  };

  /** Whether the receive is done. */
  const serve = (queue: Queue, waiter: Waiter): boolean => {
    try {
      const deliveries = take(queue, waiter.input);
      if (deliveries.length === 0) return false;
      waiter.finish(deliveries);
    } catch (error) {
      waiter.fail(error);
    }
    return true;
  };

  /** A retried receive may wait beside its first try. Both get the same messages. */
  const serveRepeats = (queue: Queue, { waiters }: Waiting, attemptId: string): void => {
    let waiter = waiters.head;
    while (waiter !== undefined) {
      const next: Waiter | undefined = waiter.next;
      if (waiter.input.attemptId === attemptId) serve(queue, waiter);
      waiter = next;
    }
  };

  const schedule = (queue: Queue, waiting: Waiting): void => {
    const empty = waiting.waiters.head === undefined;
    const at = empty ? undefined : queue.state.hidden.earliest()?.visibleAt;
    if (waiting.timer?.at !== at) {
      waiting.timer?.cancel();
      waiting.timer = undefined;
      if (at !== undefined) waiting.timer = { at, cancel: clock.at(at, () => expire(queue, waiting)) };
    }
    if (empty) byQueue.delete(queue.queueId);
  };

  const expire = (queue: Queue, waiting: Waiting): void => {
    waiting.timer = undefined;
    wake(queue);
  };

  const waitingFor = (queue: Queue): Waiting => {
    const known = byQueue.get(queue.queueId);
    if (known !== undefined) return known;
    const waiting: Waiting = { waiters: linkedList(), timer: undefined };
    byQueue.set(queue.queueId, waiting);
    return waiting;
  };

  return {
    wait: (queue, input, waitMs, signal) =>
      new Promise((resolve, reject) => {
        const waiting = waitingFor(queue);
        const leave = () => {
          cancelDeadline();
          signal?.removeEventListener("abort", giveUp);
          unlink(waiting.waiters, waiter);
        };
        const giveUp = () => {
          leave();
          schedule(queue, waiting);
          resolve([]);
        };
        const waiter: Waiter = {
          previous: undefined,
          next: undefined,
          input,
          finish: (deliveries) => {
            leave();
            resolve(deliveries);
          },
          fail: (error) => {
            leave();
            reject(error);
          },
        };
        const cancelDeadline = clock.at(clock.now() + waitMs, giveUp);
        signal?.addEventListener("abort", giveUp);
        append(waiting.waiters, waiter);
        schedule(queue, waiting);
      }),
    wake,
    waiting: (queue) => byQueue.get(queue.queueId)?.waiters.size ?? 0,
    refuse: (queueId, error) => {
      const waiting = byQueue.get(queueId);
      while (waiting?.waiters.head !== undefined) waiting.waiters.head.fail(error);
      waiting?.timer?.cancel();
      byQueue.delete(queueId);
    },
  };
}
