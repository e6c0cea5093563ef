// The log of applied requests, in the order they were applied: what an oracle reads afterwards.

/** One request that a service applied (or refused by its own rules: then `status` is 400 or more). */
export type AppliedRequest = {
  seq: number;
  /** Epoch milliseconds on the cloud's clock, when it had been applied. */
  at: number;
  /** When it reached the gateway; a `delay` fault or a long poll lies between this and `at`. */
  arrivedAt: number;
  service: string;
  action: string;
  /** Id of the HTTP request; two entries with one id are a `duplicate` fault. */
  id: string;
  status: number;
  /** Access key id of whoever signed it. */
  from?: string;
  /** Kind of the fault that hit this request, if one did. */
  fault?: string;
  summary?: Record<string, unknown>;
};

export type RequestLog = {
  /** Numbers the entry, keeps it and tells the subscribers. */
  append: (entry: Omit<AppliedRequest, "seq">) => AppliedRequest;
  /** Entries with `seq` above `seq`, oldest first; the log keeps the newest `capacity`. */
  since: (seq: number) => AppliedRequest[];
  /** Calls `listen` with every entry from now on; the returned function ends that. */
  subscribe: (listen: (entry: AppliedRequest) => void) => () => void;
};

/** A request log in memory that keeps the newest `capacity` entries. */
export function createRequestLog(capacity = 20_000): RequestLog {
  const listeners = new Set<(entry: AppliedRequest) => void>();
  let entries: AppliedRequest[] = [];
  let last = 0;
  return {
    append: (entry) => {
      const applied: AppliedRequest = { seq: ++last, ...entry };
      entries.push(applied);
      if (entries.length > 2 * capacity) entries = entries.slice(-capacity);
      for (const listen of listeners) listen(applied);
      return applied;
    },
    since: (seq) => {
      const first = entries[0]?.seq ?? last + 1;
      return entries.slice(Math.max(0, seq + 1 - first));
    },
    subscribe: (listen) => {
      listeners.add(listen);
      return () => listeners.delete(listen);
    },
  };
}
