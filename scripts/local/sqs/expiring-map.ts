// Values that expire a fixed time after they were set: deduplication ids, receive attempts.
import { arrayQueue, front, takeFront } from "./array-queue.ts";

type Entry<Value> = { key: string; value: Value; at: number };

export type ExpiringMap<Value> = {
  get: (key: string, now: number) => Value | undefined;
  /** `at` must not go backwards from one call to the next. */
  set: (key: string, value: Value, at: number) => void;
  delete: (key: string) => void;
  clear: () => void;
  /** All live entries, oldest first. */
  entries: () => Entry<Value>[];
};

/** A map whose entries live for `lifeMs`: an entry set at t is gone at t + lifeMs. */
export function expiringMap<Value>(lifeMs: number): ExpiringMap<Value> {
  const byKey = new Map<string, Entry<Value>>();
  /** With those that have been replaced or deleted since, until their time is over. */
  let byAge = arrayQueue<Entry<Value>>();
  const forget = (now: number) => {
    for (
      let oldest = front(byAge);
      oldest !== undefined && oldest.at + lifeMs <= now;
      oldest = front(byAge)
    ) {
      takeFront(byAge);
      if (byKey.get(oldest.key) === oldest) byKey.delete(oldest.key);
    }
  };
  /** A key that is set again is the newest. Few are: looking for each of them first would cost as much as setting it. */
  const moveToEnd = (key: string, entry: Entry<Value>) => {
    byKey.delete(key);
    byKey.set(key, entry);
  };
  return {
    get: (key, now) => {
      const entry = byKey.get(key);
      return entry !== undefined && entry.at + lifeMs > now ? entry.value : undefined;
    },
    set: (key, value, at) => {
      forget(at);
      const entry: Entry<Value> = { key, value, at };
      const { size } = byKey;
      byKey.set(key, entry);
      if (byKey.size === size) moveToEnd(key, entry);
      byAge.items.push(entry);
    },
    delete: (key) => byKey.delete(key),
    clear: () => {
      byKey.clear();
      byAge = arrayQueue();
    },
    entries: () => [...byKey.values()],
  };
}
