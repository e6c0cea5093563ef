// How events come into effect: written, applied, told to listeners. Events of one batch are written together at its end.
import type { Journal } from "../state/journal.ts";
import type { Account } from "./account.ts";
import { applyEvent } from "./apply-event.ts";
import type { SqsEvent } from "./events.ts";
import { snapshotOf } from "./snapshot.ts";

export type Recorder = {
  /**
   * Applies an event. It is durable when this returns, within a batch when the batch ends. @throws the journal's error, and
   * then nothing is applied; at the end of a batch everything is, and written before anything later is.
   */
  emit: (event: SqsEvent) => void;
  /** Runs a batch: several commands, of which the caller hears after the last. Not within another. */
  together: <Result>(run: () => Result) => Result;
  /** Whether a batch is running. */
  inBatch: () => boolean;
  /** Calls `listen` with every event from now on, in order. The returned function ends that. */
  subscribe: (listen: (event: SqsEvent) => void) => () => void;
};

/** Loads the journal into the account, and records from then on. */
export function openRecorder(
  account: Account,
  now: () => number,
  journal: Journal<SqsEvent> | undefined,
): Recorder {
  const listeners = new Set<(event: SqsEvent) => void>();
  /** Applied in a batch and not yet written. */
  let unwritten: SqsEvent[] = [];
  let inBatch = false;
  const shorten = () => {
    if (journal?.isBloated()) journal.rewrite(snapshotOf(account, now()));
  };
  const write = (events: readonly SqsEvent[]) => {
    journal?.append(unwritten.length === 0 ? events : [...unwritten, ...events]);
    unwritten = [];
  };
  for (const event of journal?.load() ?? []) applyEvent(account, event);
  shorten();
  return {
    emit: (event) => {
      if (journal !== undefined) {
        if (inBatch) unwritten.push(event);
        else write([event]);
      }
      applyEvent(account, event);
      for (const listen of listeners) listen(event);
      if (!inBatch) shorten();
    },
    together: (run) => {
      inBatch = true;
      try {
        return run();
      } finally {
        inBatch = false;
        if (unwritten.length > 0) write([]);
        shorten();
      }
    },
    inBatch: () => inBatch,
    subscribe: (listen) => {
      listeners.add(listen);
      return () => listeners.delete(listen);
    },
  };
}
