// All SQS actions: from their JSON input through the core to their JSON output.

import type { Queue } from "./account.ts";
import type { ActionResult, Caller, SqsActions } from "./action.ts";
import { checkBatch, eachEntry } from "./batches.ts";
import { attributesMd5 } from "./checksums.ts";
import type { SqsCore } from "./core.ts";
import { invalidParameter, missingParameter, queueDoesNotExist, SqsError } from "./errors.ts";
import { fits, maxRequestBytes, messageBytes } from "./message-rules.ts";
import { messageView } from "./message-views.ts";
import { moveTaskActions } from "./move-task-actions.ts";
import { checkAttributeNames } from "./queue-attributes.ts";
import type { StoredMessage } from "./queue-state.ts";
import type { Delivery } from "./receive.ts";
import type { MessageInput, SqsRequest } from "./requests.ts";
import { checkFifoIds, type SendInput } from "./send.ts";

const urlOf = (core: SqsCore, { headers }: Caller, name: string) =>
  `http://${headers.host}/${core.accountId}/${name}`;

/** The name in a queue's URL. The host does not matter, because the URL may come from a setting. */
export function nameFromUrl(core: SqsCore, url: string | undefined): string {
  if (url === undefined) throw missingParameter("QueueUrl");
  const parts = /^(?:https?:\/\/[^/]+)?\/?(\d{12})\/([A-Za-z0-9_.-]+)$/.exec(url);
  if (parts === null)
    throw new SqsError("InvalidAddress", `The address ${url} is not valid for this endpoint.`);
  if (parts[1] !== core.accountId || parts[2] === undefined) throw queueDoesNotExist();
  return parts[2];
}

const queueAt = (core: SqsCore, url: string | undefined): Queue => core.queue(nameFromUrl(core, url));

function required(value: string | undefined, parameter: string): string {
  if (value === undefined) throw missingParameter(parameter);
  return value;
}

function page<Item>(
  items: readonly Item[],
  input: { MaxResults?: number | undefined; NextToken?: string | undefined },
) {
  const size = input.MaxResults ?? 1000;
  if (size < 1 || size > 1000)
    throw invalidParameter("Value for parameter MaxResults must be from 1 to 1000.");
  const start = input.NextToken === undefined ? 0 : Number(Buffer.from(input.NextToken, "base64").toString());
  if (!Number.isInteger(start)) throw invalidParameter("Value for parameter NextToken is invalid.");
  const more = input.MaxResults !== undefined && start + size < items.length;
  const NextToken = Buffer.from(String(start + size)).toString("base64");
  return { items: items.slice(start, start + size), token: more ? { NextToken } : {} };
}

function sendInput(message: MessageInput): SendInput {
  return {
    body: message.MessageBody,
    attributes: message.MessageAttributes,
    traceHeader: traceHeaderOf(message.MessageSystemAttributes),
    groupId: message.MessageGroupId,
    deduplicationId: message.MessageDeduplicationId,
    delaySeconds: message.DelaySeconds,
  };
}

function traceHeaderOf(attributes: MessageInput["MessageSystemAttributes"]): string | undefined {
  if (attributes === undefined) return undefined;
  const { AWSTraceHeader: trace, ...unknown } = attributes;
  const [other] = Object.keys(unknown);
  if (other !== undefined) throw invalidParameter(`Message system attribute name '${other}' is invalid.`);
  if (trace !== undefined && (trace.DataType !== "String" || !trace.StringValue)) {
    throw invalidParameter(
      "Message system attribute 'AWSTraceHeader' must contain a non-empty value of type 'String'.",
    );
  }
  return trace?.StringValue;
}

/** JSON leaves out what is undefined: the id of an entry where there is no batch. */
function sendOne(core: SqsCore, queue: Queue, message: MessageInput & { Id?: string }, input: SendInput) {
  const sent = core.send(queue, input);
  return {
    Id: message.Id,
    MessageId: sent.messageId,
    MD5OfMessageBody: sent.bodyMd5,
    MD5OfMessageAttributes: attributesMd5(message.MessageAttributes),
    MD5OfMessageSystemAttributes: attributesMd5(message.MessageSystemAttributes),
    SequenceNumber: sent.sequenceNumber,
  };
}

function checkTotal(entries: readonly MessageInput[]): void {
  const share = maxRequestBytes / entries.length;
  if (entries.every(({ MessageBody = "", MessageAttributes: own }) => fits(MessageBody, own, share))) return;
  const bytes = entries.reduce(
    (total, { MessageBody = "", MessageAttributes }) => total + messageBytes(MessageBody, MessageAttributes),
    0,
  );
  if (bytes <= maxRequestBytes) return;
  throw new SqsError(
    "BatchRequestTooLong",
    `Batch requests cannot be longer than ${maxRequestBytes} bytes. You have sent ${bytes} bytes.`,
  );
}

function received(
  core: SqsCore,
  queue: string,
  input: SqsRequest<"ReceiveMessage">,
  deliveries: readonly Delivery[],
): ActionResult {
  const system = new Set([...input.AttributeNames, ...input.MessageSystemAttributeNames]);
  const wanted = { system, user: input.MessageAttributeNames };
  const Messages = deliveries.map((delivery) => messageView(delivery, wanted, core.arnOf, core.accountId));
  const messages = deliveries.map(({ message }) => message.id);
  const { VisibilityTimeout: visibilitySeconds } = input;
  return {
    output: Messages.length === 0 ? {} : { Messages },
    summary: visibilitySeconds === undefined ? { queue, messages } : { queue, messages, visibilitySeconds },
  };
}

export const actions: SqsActions = {
  ...moveTaskActions,
  CreateQueue: (core, input, caller) => {
    const name = required(input.QueueName, "QueueName");
    core.createQueue(name, input.Attributes, input.tags);
    return { output: { QueueUrl: urlOf(core, caller, name) }, summary: { queue: name } };
  },
  DeleteQueue: (core, input) => {
    const queue = nameFromUrl(core, input.QueueUrl);
    core.deleteQueue(queue);
    return { summary: { queue } };
  },
  PurgeQueue: (core, input) => {
    const queue = nameFromUrl(core, input.QueueUrl);
    core.purgeQueue(queue);
    return { summary: { queue } };
  },
  GetQueueUrl: (core, input, caller) => {
    const { name } = core.queue(required(input.QueueName, "QueueName"));
    const owner = input.QueueOwnerAWSAccountId ?? core.accountId;
    if (owner !== core.accountId) throw queueDoesNotExist();
    return { output: { QueueUrl: urlOf(core, caller, name) } };
  },
  ListQueues: (core, input, caller) => {
    const names = core.queueNames().filter((name) => name.startsWith(input.QueueNamePrefix ?? ""));
    const { items, token } = page(names.sort(), input);
    return { output: { QueueUrls: items.map((name) => urlOf(core, caller, name)), ...token } };
  },
  GetQueueAttributes: (core, input) => {
    checkAttributeNames(input.AttributeNames);
    const all = core.attributes(nameFromUrl(core, input.QueueUrl));
    const wanted = new Set(input.AttributeNames);
    const shown = Object.entries(all).filter(([name]) => wanted.has("All") || wanted.has(name));
    return { output: shown.length === 0 ? {} : { Attributes: Object.fromEntries(shown) } };
  },
  SetQueueAttributes: (core, input) => {
    const queue = nameFromUrl(core, input.QueueUrl);
    core.setAttributes(queue, input.Attributes);
    return { summary: { queue } };
  },
  TagQueue: (core, input) => {
    core.changeTags(nameFromUrl(core, input.QueueUrl), (tags) => ({ ...tags, ...input.Tags }));
    return {};
  },
  UntagQueue: (core, input) => {
    const gone = new Set(input.TagKeys);
    core.changeTags(nameFromUrl(core, input.QueueUrl), (tags) =>
      Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key))),
    );
    return {};
  },
  ListQueueTags: (core, input) => {
    const { tags } = core.queue(nameFromUrl(core, input.QueueUrl));
    return { output: Object.keys(tags).length === 0 ? {} : { Tags: tags } };
  },
  ListDeadLetterSourceQueues: (core, input, caller) => {
    const { items, token } = page(core.deadLetterSources(nameFromUrl(core, input.QueueUrl)), input);
    return { output: { queueUrls: items.map((name) => urlOf(core, caller, name)), ...token } };
  },
  SendMessage: (core, input) => {
    const queue = queueAt(core, input.QueueUrl);
    const output = sendOne(core, queue, input, sendInput(input));
    return { output, summary: { queue: queue.name, messages: [output.MessageId] } };
  },
  SendMessageBatch: (core, input) => {
    const queue = queueAt(core, input.QueueUrl);
    checkBatch("SendMessageBatch", input.Entries);
    checkTotal(input.Entries);
    const inputs = input.Entries.map(sendInput);
    for (const each of inputs) checkFifoIds(queue, each, true);
    const output = core.together(() =>
      eachEntry(input.Entries, (entry, index) => sendOne(core, queue, entry, inputs[index] as SendInput)),
    );
    const messages = output.Successful.map(({ MessageId }) => MessageId);
    return { output, summary: { queue: queue.name, messages } };
  },
  ReceiveMessage: (core, input, caller) => {
    const queue = queueAt(core, input.QueueUrl);
    const found = core.receiveFor(caller, queue, {
      max: input.MaxNumberOfMessages,
      visibilitySeconds: input.VisibilityTimeout,
      waitSeconds: input.WaitTimeSeconds,
      attemptId: input.ReceiveRequestAttemptId,
    });
    const view = (deliveries: readonly Delivery[]) => received(core, queue.name, input, deliveries);
    return found instanceof Promise ? found.then(view) : view(found);
  },
  DeleteMessage: (core, input) => {
    const queue = queueAt(core, input.QueueUrl);
    const id = core.delete(queue, required(input.ReceiptHandle, "ReceiptHandle"));
    return { summary: { queue: queue.name, messages: id === undefined ? [] : [id] } };
  },
  DeleteMessageBatch: (core, input) => {
    const queue = queueAt(core, input.QueueUrl);
    checkBatch("DeleteMessageBatch", input.Entries);
    const found: StoredMessage[] = [];
    const output = eachEntry(input.Entries, ({ Id, ReceiptHandle }) => {
      const message = core.messageToDelete(queue, required(ReceiptHandle, "ReceiptHandle"));
      if (message !== undefined && !found.includes(message)) found.push(message);
      return { Id };
    });
    core.deleteMessages(queue, found);
    return { output, summary: { queue: queue.name, messages: found.map(({ id }) => id) } };
  },
  ChangeMessageVisibility: (core, input) => {
    const queue = queueAt(core, input.QueueUrl);
    const handle = required(input.ReceiptHandle, "ReceiptHandle");
    const id = core.changeVisibility(queue, handle, requiredTimeout(input.VisibilityTimeout));
    const messages = id === undefined ? [] : [id];
    const seconds = messages.map(() => input.VisibilityTimeout);
    return { summary: { queue: queue.name, messages, seconds } };
  },
  ChangeMessageVisibilityBatch: (core, input) => {
    const queue = queueAt(core, input.QueueUrl);
    checkBatch("ChangeMessageVisibilityBatch", input.Entries);
    const messages: string[] = [];
    const seconds: number[] = [];
    const output = core.together(() =>
      eachEntry(input.Entries, ({ Id, ReceiptHandle, VisibilityTimeout }) => {
        const handle = required(ReceiptHandle, "ReceiptHandle");
        const timeout = requiredTimeout(VisibilityTimeout);
        const id = core.changeVisibility(queue, handle, timeout);
        if (id !== undefined) seconds[messages.push(id) - 1] = timeout;
        return { Id };
      }),
    );
    return { output, summary: { queue: queue.name, messages, seconds } };
  },
};

function requiredTimeout(seconds: number | undefined): number {
  if (seconds === undefined) throw missingParameter("VisibilityTimeout");
  return seconds;
}
