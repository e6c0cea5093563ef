// Every trigger and what starts it, as data for the stacks and for local mode. The trigger NAME is in triggers/NAME.ts.
import type { ResourceNames } from "../../worker/fleet/resources.ts";

/** A reader of table streams, in the terms of Lambda's event source mapping. */
export type StreamSource = {
  from: "streams";
  /** Tables whose streams are read. Each stream has new and old images. */
  tables: readonly (keyof ResourceNames["tables"])[];
  /** Relevant changes by table; Lambda filters out all others. All changes when absent. Local mode filters none. */
  changes?: Readonly<
    Partial<Record<keyof ResourceNames["tables"], readonly ("INSERT" | "MODIFY" | "REMOVE")[]>>
  >;
  batchSize: number;
  /** Retries of a batch before its records go to the failure queue. */
  maximumRetryAttempts: number;
  /** Older records go to the failure queue without being tried. */
  maximumRecordAgeSeconds: number;
  bisectBatchOnFunctionError: boolean;
};

/** Routes of the HTTP API, for example `POST /slack/messages`. */
export type HttpSource = {
  from: "http";
  routes: readonly { method: "GET" | "POST"; path: `/${string}` }[];
};

/** The event source of a trigger. `pages`: browsers, through the CDN of the web stack; in local mode, through a port of their own. */
export type EventSource =
  | HttpSource
  | { from: "pages" }
  | { from: "topic"; topic: keyof ResourceNames["topics"] }
  | StreamSource
  | {
      from: "schedule";
      everyMinutes: number;
      /** How long a call may take; 50 seconds unless given. */
      longestSeconds?: number;
    };

/** The event source of every trigger. */
export const eventSources = {
  "image-uploaded": { from: "topic", topic: "uploads" },
  "picture-removed": { from: "topic", topic: "results" },
  "mail-received": { from: "topic", topic: "mails" },
  "slack-message": {
    from: "http",
    routes: [
      { method: "POST", path: "/slack/messages" },
      // Slack checks the certificate so ("Implementing slash commands").
      { method: "GET", path: "/slack/messages" },
    ],
  },
  "record-changed": {
    from: "streams",
    tables: ["albums", "outbox"],
    changes: { albums: ["INSERT", "MODIFY"], outbox: ["INSERT"] },
    batchSize: 100,
    maximumRetryAttempts: 10,
    // A stream keeps its records for 24 hours. With this shorter age, a failed record can still be read again.
    maximumRecordAgeSeconds: 12 * 60 * 60,
    bisectBatchOnFunctionError: true,
  },
  "file-uploaded": { from: "topic", topic: "files" },
  "files-due": { from: "schedule", everyMinutes: 5 },
  // Lambda's longest call lasts 15 minutes.
  "untaken-due": { from: "schedule", everyMinutes: 180, longestSeconds: 14 * 60 },
  "outbox-due": { from: "schedule", everyMinutes: 1 },
  "metrics-due": { from: "schedule", everyMinutes: 1 },
  web: { from: "pages" },
} as const satisfies Record<string, EventSource>;

/** The name of a trigger. */
export type TriggerName = keyof typeof eventSources;

/** The triggers with a queue for failed events. A schedule needs none: its next event does the same work. */
export const triggersWithFailures = Object.entries<EventSource>(eventSources).flatMap(
  ([trigger, { from }]) => (from === "topic" || from === "streams" ? [trigger as TriggerName] : []),
);
