// Collects the records of a run from the gateway and from the local queues (where a topic delivers without a request).
import type { OnApplied } from "../../../local/gateway/serve.ts";
import type { SqsEvent } from "../../../local/sqs/events.ts";
import { describe } from "./describe.ts";
import { jobOf } from "./describe-queue.ts";
import type { CloudRecord } from "./record.ts";

/** A growing log of records, numbered in the order of application. */
export type Recorder = {
  records: CloudRecord[];
  onApplied: OnApplied;
  /** Calls `listen` with every record from now on. */
  subscribe: (listen: (record: CloudRecord) => void) => void;
  /** For clouds whose queues report every message: sends are then taken from here, not from requests. */
  onQueueEvent: (event: SqsEvent) => void;
};

/**
 * Makes a recorder.
 * @param sendsFrom `queue-events` where topics deliver in process, `requests` behind any other endpoint
 */
export function createRecorder(sendsFrom: "queue-events" | "requests"): Recorder {
  const records: CloudRecord[] = [];
  const listeners: ((record: CloudRecord) => void)[] = [];
  const add = (record: CloudRecord) => {
    const numbered = { ...record, seq: records.length };
    records.push(numbered);
    for (const listen of listeners) listen(numbered);
  };
  return {
    records,
    subscribe: (listen) => void listeners.push(listen),
    onApplied: (call, response, entry) => {
      for (const record of describe(call, response, entry))
        if (record.what !== "sent" || sendsFrom === "requests") add(record);
    },
    onQueueEvent: (event) => {
      if (event.type !== "message-sent") return;
      const { queue, id: messageId, content } = event;
      // The event's own time is the queues', which may run faster than the log's.
      const at = Date.now();
      const base = { seq: 0, at, arrivedAt: at, request: 0, givenAfter: 0, from: "", requestId: "" };
      const group = content.groupId ?? "";
      const named = content.attributes?.jobId?.StringValue;
      const job = jobOf(content.body, messageId, named);
      add({ ...base, what: "sent", queue, group, messageId, ...job });
    },
  };
}
