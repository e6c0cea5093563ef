// Values that expire a fixed time after they were set: deduplication ids, receive attempts.
import { append, type LinkedList, type Links, linkedList, noLinks, unlink } from "./linked-list.ts";

type Entry<Value> = { key: string; value: Value; at: number; links: Links<Entry<Value>> };

export type ExpiringMap<Value> = {
  get: (key: string, now: number) => Value | undefined;
  /** `at` must not go backwards from one call to the next. */
  set: (key: string, value: Value, at: number) => void;
  delete: (key: string) => void;
  clear: () => void;
  /** All live entries, oldest first. */
  entries: () => { key: string; value: Value; at: number }[];
};

/** A map whose entries live for `lifeMs`: an entry set at t is gone at t + lifeMs. */
export function expiringMap<Value>(lifeMs: number): ExpiringMap<Value> {
  const byKey = new Map<string, Entry<Value>>();
  let byAge: LinkedList<Entry<Value>> = linkedList((entry) => entry.links);
  const drop = (entry: Entry<Value>) => {
    byKey.delete(entry.key);
    unlink(byAge, entry);
  };
  const forget = (now: number) => {
    while (byAge.head !== undefined && byAge.head.at + lifeMs <= now) drop(byAge.head);
  };
  return {
    get: (key, now) => {
      const entry = byKey.get(key);
      return entry !== undefined && entry.at + lifeMs > now ? entry.value : undefined;
    },
    set: (key, value, at) => {
      forget(at);
      const old = byKey.get(key);
      if (old !== undefined) drop(old);
      const entry: Entry<Value> = { key, value, at, links: noLinks() };
      byKey.set(key, entry);
      append(byAge, entry);
    },
    delete: (key) => {
      const entry = byKey.get(key);
      if (entry !== undefined) drop(entry);
    },
    clear: () => {
      byKey.clear();
      byAge = linkedList((entry) => entry.links);
    },
    entries: () => [...byKey.values()].map(({ key, value, at }) => ({ key, value, at })),
  };
}
