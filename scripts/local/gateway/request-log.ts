// The log of applied requests in the order in which they were applied, for tests that check them afterwards.

/** One request that a service applied, or refused by its own rules (`status` is then 400 or more). */
export type AppliedRequest = {
  seq: number;
  /** When it had been applied, epoch milliseconds on the cloud's clock. */
  at: number;
  /** When it reached the gateway. A `delay` fault or a long poll separates it from `at`. */
  arrivedAt: number;
  /** `seq` of the last entry when the service was given this request. Later entries may have been applied before or after it. */
  givenAfter: number;
  service: string;
  action: string;
  /** Id of the HTTP request. Two entries with the same id are a `duplicate` fault. */
  id: string;
  status: number;
  /** The access key id of its signature. */
  from?: string | undefined;
  /** The kind of fault that hit this request, if any. */
  fault?: string | undefined;
  summary?: Record<string, unknown> | undefined;
};

export type RequestLog = {
  /** Numbers and keeps the entry, and calls the listeners. */
  append: (entry: Omit<AppliedRequest, "seq">) => AppliedRequest;
  /** `seq` of the newest entry; 0 before the first. */
  last: () => number;
  /** Entries after number `seq`, oldest first. The log keeps the newest `capacity` entries. */
  since: (seq: number) => AppliedRequest[];
  /** Calls `listen` with every entry from now on. The returned function ends that. */
  subscribe: (listen: (entry: AppliedRequest) => void) => () => void;
};

/** Entries that a log keeps unless it is told otherwise. An entry takes one to two kilobytes. */
const usualCapacity = 20_000;

/** As many as a fleet has workers, several times over. */
const mostKeyIds = 1000;

/** Gives each key id as one text of its own: V8 keeps a part of a header together with all of the header. */
function keptKeyIds(): (id: string | undefined) => string | undefined {
  const kept = new Map<string, string>();
  return (id) => {
    if (id === undefined) return undefined;
    const known = kept.get(id);
    if (known !== undefined) return known;
    if (kept.size >= mostKeyIds) kept.clear();
    const own = Buffer.from(id).toString();
    kept.set(own, own);
    return own;
  };
}

/** Written out: one allocation, where a spread takes several. */
function numbered(seq: number, entry: Omit<AppliedRequest, "seq">, from: string | undefined): AppliedRequest {
  const { at, arrivedAt, givenAfter, service, action, id, status, fault, summary } = entry;
  return { seq, at, arrivedAt, givenAfter, service, action, id, status, from, fault, summary };
}

/** A request log in memory that keeps the newest `capacity` entries, and for a while up to a tenth more. */
export function createRequestLog(capacity = usualCapacity): RequestLog {
  const listeners = new Set<(entry: AppliedRequest) => void>();
  const keyIdOf = keptKeyIds();
  let entries: AppliedRequest[] = [];
  let last = 0;
  return {
    append: (entry) => {
      const applied = numbered(++last, entry, keyIdOf(entry.from));
      entries.push(applied);
      if (entries.length > 1.1 * capacity) entries = entries.slice(-capacity);
      for (const listen of listeners) listen(applied);
      return applied;
    },
    last: () => last,
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
