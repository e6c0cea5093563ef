// Values that expire a fixed time after they were set: deduplication ids, receive attempts.
import { arrayQueue, front, takeFront } from "./array-queue.ts";

/** What can expire: it knows its key, and when it was set. */
type Expiring = { readonly key: string; readonly at: number };

export type ExpiringMap<Value extends Expiring> = {
  get: (key: string, now: number) => Value | undefined;
  /** Under its key. `at` must not go backwards from one call to the next. */
  set: (value: Value) => void;
  delete: (key: string) => void;
  clear: () => void;
  /** All live values, oldest first. */
  values: () => Value[];
};

/** A map whose values live for `lifeMs`: one set at t is gone at t + lifeMs. */
export function expiringMap<Value extends Expiring>(lifeMs: number): ExpiringMap<Value> {
  const byKey = new Map<string, Value>();
  /** With those that have been replaced or deleted since, until their time is over. */
  let byAge = arrayQueue<Value>();
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
  const moveToEnd = (value: Value) => {
    byKey.delete(value.key);
    byKey.set(value.key, value);
  };
  return {
    get: (key, now) => {
      const value = byKey.get(key);
      return value !== undefined && value.at + lifeMs > now ? value : undefined;
    },
    set: (value) => {
      forget(value.at);
      const { size } = byKey;
      byKey.set(value.key, value);
      if (byKey.size === size) moveToEnd(value);
      byAge.items.push(value);
    },
    delete: (key) => byKey.delete(key),
    clear: () => {
      byKey.clear();
      byAge = arrayQueue();
    },
    values: () => [...byKey.values()],
  };
}
