// The calls that rules are written in: make a queue, send, receive, delete, extend, count. Time passes at the endpoint's pace.
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  type QueueAttributeName,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
} from "@aws-sdk/client-sqs";
import type { RuleContext } from "../rule.ts";

/** Makes a FIFO queue that is deleted after the rule. Returns its URL. */
export async function fifoQueue(
  context: RuleContext,
  attributes: Partial<Record<QueueAttributeName, string>> = {},
): Promise<string> {
  const Attributes = { FifoQueue: "true", ...attributes };
  const QueueName = `${context.name("queue")}.fifo`;
  const { QueueUrl = "" } = await context.sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  context.later(() => context.sqs.send(new DeleteQueueCommand({ QueueUrl })));
  return QueueUrl;
}

export async function standardQueue(context: RuleContext): Promise<string> {
  const { QueueUrl = "" } = await context.sqs.send(
    new CreateQueueCommand({ QueueName: context.name("queue") }),
  );
  context.later(() => context.sqs.send(new DeleteQueueCommand({ QueueUrl })));
  return QueueUrl;
}

export type SendOptions = Partial<Omit<SendMessageCommandInput, "QueueUrl" | "MessageBody">>;

/** Sends one message. By default to group `g`, with its body as deduplication id. */
export async function send(
  context: RuleContext,
  QueueUrl: string,
  MessageBody: string,
  options: SendOptions = {},
) {
  const ids = { MessageGroupId: "g", MessageDeduplicationId: MessageBody };
  return context.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...ids, ...options }));
}

/** Sends messages named `group-number` in the given order, in batches of ten. */
export async function sendAll(
  context: RuleContext,
  QueueUrl: string,
  bodies: readonly string[],
): Promise<void> {
  for (let from = 0; from < bodies.length; from += 10) {
    const Entries = bodies.slice(from, from + 10).map((MessageBody, index) => ({
      Id: String(index),
      MessageBody,
      MessageGroupId: MessageBody.split("-")[0],
      MessageDeduplicationId: MessageBody,
    }));
    await context.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  }
}

export type ReceiveOptions = {
  max?: number;
  visibility?: number;
  attempt?: string;
};

/** Receives once. In real time it waits a second, because a short poll of a distributed service may miss messages. */
export async function receive(
  context: RuleContext,
  QueueUrl: string,
  { max = 10, visibility, attempt }: ReceiveOptions = {},
): Promise<Message[]> {
  const { Messages = [] } = await context.sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: max,
      WaitTimeSeconds: context.virtualTime ? 0 : 1,
      MessageSystemAttributeNames: ["All"],
      MessageAttributeNames: ["All"],
      ...(visibility !== undefined && { VisibilityTimeout: visibility }),
      ...(attempt !== undefined && { ReceiveRequestAttemptId: attempt }),
    }),
  );
  return Messages;
}

export const bodiesOf = (messages: readonly Message[]) => messages.map((message) => message.Body ?? "");

/** Receives and returns only the bodies. */
export async function receiveBodies(
  context: RuleContext,
  url: string,
  options?: ReceiveOptions,
): Promise<string[]> {
  return bodiesOf(await receive(context, url, options));
}

export async function remove(
  context: RuleContext,
  QueueUrl: string,
  message: Message | undefined,
): Promise<void> {
  const ReceiptHandle = message?.ReceiptHandle;
  await context.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
}

/** Sets the visibility timeout of a received message to this many seconds from now. */
export async function hide(
  context: RuleContext,
  QueueUrl: string,
  message: Message | undefined,
  seconds: number,
): Promise<void> {
  const ReceiptHandle = message?.ReceiptHandle;
  await context.sqs.send(
    new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: seconds }),
  );
}

export async function attributes(context: RuleContext, QueueUrl: string): Promise<Record<string, string>> {
  const answer = await context.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
  return answer.Attributes ?? {};
}

export async function arnOf(context: RuleContext, url: string): Promise<string> {
  return (await attributes(context, url)).QueueArn ?? "";
}

/** Receives and deletes until nothing is left. Returns the bodies in order of receipt. */
export async function drain(context: RuleContext, url: string): Promise<string[]> {
  const seen: string[] = [];
  for (;;) {
    const messages = await receive(context, url);
    if (messages.length === 0) return seen;
    for (const message of messages) await remove(context, url, message);
    seen.push(...bodiesOf(messages));
  }
}
