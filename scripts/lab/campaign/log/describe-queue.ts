// SQS calls as records, read from the JSON of request and answer alone, so that any endpoint works.
import { z } from "zod";
import { eventId } from "../../../../worker/engine/job/define-job.ts";
import { later, unbuilt } from "../plan/newer-messages.ts";
import type { Applied, CloudRecord } from "./record.ts";
import { subscribersOf } from "./subscribers.ts";

const message = z.looseObject({
  Id: z.string().optional(),
  MessageBody: z.string(),
  MessageGroupId: z.string().default(""),
  MessageAttributes: z.record(z.string(), z.looseObject({ StringValue: z.string().optional() })).default({}),
});
const send = message.extend({ QueueUrl: z.string() });
const sendBatch = z.looseObject({ QueueUrl: z.string(), Entries: z.array(message) });
const sent = z.looseObject({ MessageId: z.string() });
const sentBatch = z.looseObject({
  Successful: z.array(z.looseObject({ Id: z.string(), MessageId: z.string() })).default([]),
});
const receive = z.looseObject({ QueueUrl: z.string(), VisibilityTimeout: z.number().default(30) });
const received = z.looseObject({
  Messages: z
    .array(
      z.looseObject({
        MessageId: z.string(),
        ReceiptHandle: z.string(),
        Body: z.string(),
        Attributes: z.record(z.string(), z.string()).default({}),
      }),
    )
    .default([]),
});
const settleEntry = z.looseObject({
  Id: z.string().default("0"),
  ReceiptHandle: z.string(),
  VisibilityTimeout: z.number().default(0),
});
const settle = settleEntry.extend({ QueueUrl: z.string() });
const settleBatch = z.looseObject({ QueueUrl: z.string(), Entries: z.array(settleEntry) });
const settledBatch = z.looseObject({ Successful: z.array(z.looseObject({ Id: z.string() })).default([]) });

const queueOf = (url: string): string => url.slice(url.lastIndexOf("/") + 1);

/** Version 2 is read by the later version of the worker; what nobody reads has no job of that name. */
const envelope = z.looseObject({
  v: z.number().max(later.version),
  kind: z.string().refine((kind) => kind !== unbuilt.kind),
  jobId: z.string(),
  redrives: z.number().default(0),
});
const event = z.looseObject({ event: z.string(), payload: z.unknown(), redrives: z.number().default(0) });

/** The job of an event: a job of the queue's kind. Its id is given without the kind, prefixed with "event-". */
function eventJob({ event: name, payload, redrives }: z.infer<typeof event>): {
  jobId: string;
  redrives: number;
} {
  const [definition] = subscribersOf(name);
  if (definition === undefined) throw new TypeError(`no job kind subscribes to ${name}`);
  return { jobId: `event-${eventId(definition, payload)}`, redrives };
}

/**
 * The job that a message's body names. An unreadable body gets an id made from the message id.
 * @param named the job id that a dead letter carries as an attribute
 */
export function jobOf(body: string, messageId: string, named?: string): { jobId: string; redrives: number } {
  try {
    const json: unknown = JSON.parse(body);
    const asEvent = event.safeParse(json);
    if (asEvent.success) return eventJob(asEvent.data);
    const { jobId, redrives } = envelope.parse(json);
    return { jobId, redrives };
  } catch {
    return { jobId: named ?? `unreadable-${messageId}`, redrives: 0 };
  }
}

type Call = { base: Applied; asked: unknown; answered: unknown };

function sentRecord(
  base: Applied,
  queueUrl: string,
  { MessageBody, MessageGroupId, MessageAttributes }: z.infer<typeof message>,
  messageId: string,
): CloudRecord {
  const job = jobOf(MessageBody, messageId, MessageAttributes.jobId?.StringValue);
  return { ...base, what: "sent", queue: queueOf(queueUrl), group: MessageGroupId, messageId, ...job };
}

const describers: Readonly<Record<string, (call: Call) => CloudRecord[]>> = {
  SendMessage: ({ base, asked, answered }) => {
    const input = send.parse(asked);
    return [sentRecord(base, input.QueueUrl, input, sent.parse(answered).MessageId)];
  },
  SendMessageBatch: ({ base, asked, answered }) => {
    const { QueueUrl, Entries } = sendBatch.parse(asked);
    return sentBatch.parse(answered).Successful.flatMap(({ Id, MessageId }) => {
      const entry = Entries.find((one) => one.Id === Id);
      return entry === undefined ? [] : [sentRecord(base, QueueUrl, entry, MessageId)];
    });
  },
  ReceiveMessage: ({ base, asked, answered }) => {
    const { QueueUrl, VisibilityTimeout: seconds } = receive.parse(asked);
    const { Messages } = received.parse(answered);
    if (Messages.length === 0) return [];
    const messages = Messages.map(({ MessageId: messageId, ReceiptHandle: handle, Body, Attributes }) => ({
      messageId,
      handle,
      group: Attributes.MessageGroupId ?? "",
      jobId: jobOf(Body, messageId).jobId,
    }));
    return [{ ...base, what: "received", queue: queueOf(QueueUrl), seconds, messages }];
  },
  DeleteMessage: ({ base, asked }) => {
    const { QueueUrl, ReceiptHandle } = settle.parse(asked);
    return [{ ...base, what: "deleted", queue: queueOf(QueueUrl), handles: [ReceiptHandle] }];
  },
  DeleteMessageBatch: ({ base, asked, answered }) => {
    const { QueueUrl, Entries } = settleBatch.parse(asked);
    const done = new Set(settledBatch.parse(answered).Successful.map(({ Id }) => Id));
    const handles = Entries.filter(({ Id }) => done.has(Id)).map(({ ReceiptHandle }) => ReceiptHandle);
    return [{ ...base, what: "deleted", queue: queueOf(QueueUrl), handles }];
  },
  ChangeMessageVisibility: ({ base, asked }) => {
    const { QueueUrl, ReceiptHandle: handle, VisibilityTimeout: seconds } = settle.parse(asked);
    return [{ ...base, what: "extended", queue: queueOf(QueueUrl), entries: [{ handle, seconds }] }];
  },
  ChangeMessageVisibilityBatch: ({ base, asked, answered }) => {
    const { QueueUrl, Entries } = settleBatch.parse(asked);
    const done = new Set(settledBatch.parse(answered).Successful.map(({ Id }) => Id));
    const entries = Entries.filter(({ Id }) => done.has(Id)).map(
      ({ ReceiptHandle: handle, VisibilityTimeout: seconds }) => ({ handle, seconds }),
    );
    return [{ ...base, what: "extended", queue: queueOf(QueueUrl), entries }];
  },
};

/** Records of an SQS call that succeeded. */
export function describeQueueCall(action: string, call: Call): CloudRecord[] {
  return describers[action]?.(call) ?? [];
}
