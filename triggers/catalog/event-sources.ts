// What starts each trigger, as data: the cloud's stacks and local mode both read it.
import type { ResourceNames } from "../../worker/fleet/resources.ts";

/** A table stream's reader, in the words of Lambda's event source mapping. */
export type StreamSource = {
  from: "streams";
  /** Tables whose streams are read; each has new and old images. */
  tables: readonly (keyof ResourceNames["tables"])[];
  /** Changes that can matter, by table; Lambda is not called for others. Left out: all. Local mode passes all on. */
  changes?: Readonly<
    Partial<Record<keyof ResourceNames["tables"], readonly ("INSERT" | "MODIFY" | "REMOVE")[]>>
  >;
  batchSize: number;
  /** Further tries of a batch before its records go to the failure queue. */
  maximumRetryAttempts: number;
  /** Older records go to the failure queue untried. */
  maximumRecordAgeSeconds: number;
  bisectBatchOnFunctionError: boolean;
};

/** Routes of the HTTP API, e.g. `POST /slack/words`. */
export type HttpSource = {
  from: "http";
  routes: readonly { method: "GET" | "POST"; path: `/${string}` }[];
};

/** The event source of a trigger. */
export type EventSource =
  | HttpSource
  | { from: "topic"; topic: keyof ResourceNames["topics"] }
  | StreamSource
  | { from: "schedule"; everyMinutes: number };

export const eventSources = {
  "image-uploaded": { from: "topic", topic: "uploads" },
  "picture-removed": { from: "topic", topic: "results" },
  "mail-received": { from: "topic", topic: "mails" },
  "slack-message": { from: "http", routes: [{ method: "POST", path: "/slack/messages" }] },
  "record-changed": {
    from: "streams",
    tables: ["albums", "outbox"],
    changes: { albums: ["INSERT", "MODIFY"], outbox: ["INSERT"] },
    batchSize: 100,
    maximumRetryAttempts: 10,
    // Shorter than the 24 hours a stream keeps its records, so that a failed record can still be read back.
    maximumRecordAgeSeconds: 12 * 60 * 60,
    bisectBatchOnFunctionError: true,
  },
  "outbox-due": { from: "schedule", everyMinutes: 1 },
  "metrics-due": { from: "schedule", everyMinutes: 1 },
} as const satisfies Record<string, EventSource>;

/** The name of a trigger. */
export type TriggerName = keyof typeof eventSources;

/** The triggers whose events would be lost if nobody kept those that fail: what a schedule misses comes round again. */
export const triggersWithFailures = Object.entries<EventSource>(eventSources).flatMap(
  ([trigger, { from }]) => (from === "topic" || from === "streams" ? [trigger as TriggerName] : []),
);
