// What the cloud did: one record per applied request that matters to the oracle. Everything is read from requests and
// answers; nothing comes from a worker's own logs.

/** Fields of every record. Times are epoch milliseconds on the cloud's clock. */
export type Applied = {
  /** Position in the order of application across all services. */
  seq: number;
  at: number;
  /** When the request reached the cloud. */
  arrivedAt: number;
  /** Number of its request among all applied requests. */
  request: number;
  /** Number of the last request answered when the service was given this one; later ones overlap with it. */
  givenAfter: number;
  /** Access key id of the caller. Each worker process has its own. */
  from: string;
  /** HTTP request id. Two records with the same id are one request that was duplicated in transit. */
  requestId: string;
};

/** A message was added to a queue. A send dropped by deduplication has the message id of the first one. */
export type Sent = Applied & {
  what: "sent";
  queue: string;
  group: string;
  messageId: string;
  /** From the envelope; `unreadable-<message id>` where the body is not one. */
  jobId: string;
  redrives: number;
};

/** Messages were received. The lease of each runs from `at` for `seconds`. */
export type Received = Applied & {
  what: "received";
  queue: string;
  seconds: number;
  messages: readonly { messageId: string; handle: string; group: string; jobId: string }[];
};

/** Messages were deleted. Lists only the handles that were accepted. */
export type Deleted = Applied & { what: "deleted"; queue: string; handles: readonly string[] };

/** Visibility timeouts were changed; 0 seconds returns a message. Lists only what was accepted. */
export type Extended = Applied & {
  what: "extended";
  queue: string;
  entries: readonly { handle: string; seconds: number }[];
};

/** One write of a `Wrote`. */
export type Write = {
  op: "put" | "update" | "delete" | "check";
  table: string;
  /** The key attributes for updates and deletes, the whole item for puts. */
  item: Record<string, unknown>;
  expression: string;
  condition: string;
  /** Values of the expressions, by name including the colon. */
  values: Record<string, unknown>;
};

/** Writes to tables: either all applied or all refused. */
export type Wrote = Applied & {
  what: "wrote";
  applied: boolean;
  /** Why they were refused: the error's code, or one code per write of a transaction. */
  refusals: readonly string[];
  writes: readonly Write[];
  /** A transaction's token. A repeated transaction with the same token is answered like the first and not applied again. */
  token: string | undefined;
  /** The item after an update that requested it. */
  after: Record<string, unknown> | undefined;
};

/** An object version was created, deleted, or hidden by a delete marker. */
export type ObjectChanged = Applied & {
  what: "put" | "removed";
  bucket: string;
  key: string;
  /** For a put, the new version; for a removal, the version that was named, if any. */
  versionId: string | undefined;
  /** The job that a put names as its writer. */
  jobId: string | undefined;
};

/** A mail was accepted for sending. */
export type MailSent = Applied & {
  what: "mail";
  /** Id of the row it was planned in, from its tag. */
  mailId: string;
};

/** A terminating instance's lifecycle action was completed. */
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
