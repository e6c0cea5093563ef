// What the cloud did, one record per applied request that matters to the oracle. Everything here was read off requests
// and answers; nothing comes from a worker's own words.

/** Common to all records. Times are epoch milliseconds on the cloud's clock. */
export type Applied = {
  /** Position in the order of application, across all services. */
  seq: number;
  at: number;
  /** When the request reached the cloud. */
  arrivedAt: number;
  /** Access key id of the caller: each worker process has one of its own. */
  from: string;
  /** HTTP request; two records with one id are one request that was duplicated on the way. */
  requestId: string;
};

/** A message was taken into a queue; a send that deduplication dropped has the first one's message id. */
export type Sent = Applied & {
  what: "sent";
  queue: string;
  group: string;
  messageId: string;
  /** Of the envelope; `unreadable-<message id>` where the body is none. */
  jobId: string;
  redrives: number;
};

/** Messages were handed out; the lease of each runs from `at` for `seconds`. */
export type Received = Applied & {
  what: "received";
  queue: string;
  seconds: number;
  messages: readonly { messageId: string; handle: string; group: string; jobId: string }[];
};

/** Messages were deleted: the handles that were accepted. */
export type Deleted = Applied & { what: "deleted"; queue: string; handles: readonly string[] };

/** Leases were set anew; 0 seconds hands a message back. Only what was accepted. */
export type Extended = Applied & {
  what: "extended";
  queue: string;
  entries: readonly { handle: string; seconds: number }[];
};

/** One write inside a `Wrote`. */
export type Write = {
  op: "put" | "update" | "delete" | "check";
  table: string;
  /** Key attributes of updates and deletes, the whole item of puts. */
  item: Record<string, unknown>;
  expression: string;
  condition: string;
  /** Values of the expressions, by name with the colon. */
  values: Record<string, unknown>;
};

/** Writes to tables: all applied together, or all refused. */
export type Wrote = Applied & {
  what: "wrote";
  applied: boolean;
  /** Why not: the error's code, or one code for each write of a transaction. */
  refusals: readonly string[];
  writes: readonly Write[];
  /** Of a transaction: one that comes again with its token is answered like the first and not applied again. */
  token: string | undefined;
  /** The item after an update that asked for it. */
  after: Record<string, unknown> | undefined;
};

/** An object's version came into being, vanished, or was hidden by a delete marker. */
export type ObjectChanged = Applied & {
  what: "put" | "removed";
  bucket: string;
  key: string;
  /** Of a put the new version; of a removal the version that was named, if one was. */
  versionId: string | undefined;
  /** The job a put names as its writer. */
  jobId: string | undefined;
};

/** A mail was accepted for sending. */
export type MailSent = Applied & {
  what: "mail";
  /** Of the row it was planned in, as its tag tells. */
  mailId: string;
};

/** A terminating instance was reported done. */
export type LifecycleCompleted = Applied & { what: "lifecycle"; instanceId: string; applied: boolean };

export type CloudRecord =
  | Sent
  | Received
  | Deleted
  | Extended
  | Wrote
  | ObjectChanged
  | MailSent
  | LifecycleCompleted;
