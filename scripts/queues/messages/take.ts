// Takes messages out of a queue for an operator, and returns them. While a message is taken, SQS shows no later message of
// its group. A returned message has its old place again.
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";

/** A queue to take from. */
export type TakingFrom = { sqs: SQSClient; queueUrl: string };

/** A message that was taken. */
export type Taken = {
  messageId: string;
  receiptHandle: string;
  group: string;
  body: string;
  /** When it was sent, epoch milliseconds on the queue's clock. */
  sentAt: number;
  /** The texts of its message attributes. */
  attributes: Readonly<Record<string, string>>;
};

/** Looks up a queue's URL by its name. */
export async function urlOf(sqs: SQSClient, QueueName: string): Promise<string> {
  return (await sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl ?? "";
}

/** Takes up to ten messages for the given seconds, those of a group in order. An empty list means that none is visible. */
export async function take({ sqs, queueUrl }: TakingFrom, seconds: number): Promise<Taken[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: seconds,
      // A short poll asks only some of SQS's servers and may miss messages.
      WaitTimeSeconds: 1,
      MessageAttributeNames: ["All"],
      MessageSystemAttributeNames: ["MessageGroupId", "SentTimestamp"],
    }),
  );
  return Messages.map(takenOf);
}

function takenOf({ MessageId = "", ReceiptHandle = "", Body = "", ...message }: Message): Taken {
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    group: message.Attributes?.MessageGroupId ?? "",
    body: Body,
    sentAt: Number(message.Attributes?.SentTimestamp ?? 0),
    attributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, { StringValue = "" }]) => [
        name,
        StringValue,
      ]),
    ),
  };
}

/** Takes messages, up to ten at a time, until the queue shows no more. The caller deletes or returns them. */
export async function* takeAll(from: TakingFrom, seconds: number): AsyncGenerator<Taken[]> {
  for (let messages = await take(from, seconds); messages.length > 0; messages = await take(from, seconds))
    yield messages;
}

/** Deletes a message that was taken. */
export async function remove({ sqs, queueUrl }: TakingFrom, { receiptHandle }: Taken): Promise<void> {
  await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: receiptHandle }));
}

/**
 * Returns messages in the order in which they were taken: the first of each group last, because a message is visible as
 * soon as no earlier message of its group is taken. A message that cannot be returned reappears when its time is over.
 */
export async function returnMessages(from: TakingFrom, taken: readonly Taken[]): Promise<void> {
  const groups = [...Map.groupBy(taken, ({ group }) => group).values()];
  await makeVisible(
    from,
    groups.flatMap((messages) => messages.slice(1).toReversed()),
  );
  await makeVisible(
    from,
    groups.flatMap((messages) => messages.slice(0, 1)),
  );
}

async function makeVisible({ sqs, queueUrl }: TakingFrom, taken: readonly Taken[]): Promise<void> {
  for (let start = 0; start < taken.length; start += 10)
    await sqs
      .send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: queueUrl,
          Entries: taken.slice(start, start + 10).map(({ receiptHandle }, index) => ({
            Id: String(index),
            ReceiptHandle: receiptHandle,
            VisibilityTimeout: 0,
          })),
        }),
      )
      .catch(() => {});
}
