// Messages taken out of a FIFO queue for a moment by an operator's hand, and given back. While a message is taken, SQS
// shows no later one of its group; given back, it is again where it was.
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

/** A message in hand. */
export type Taken = {
  messageId: string;
  receiptHandle: string;
  group: string;
  body: string;
  /** When it came into its queue, epoch milliseconds on the queue's clock. */
  sentAt: number;
  /** The texts of its message attributes. */
  attributes: Readonly<Record<string, string>>;
};

/** The URL of a queue by its name. */
export async function urlOf(sqs: SQSClient, QueueName: string): Promise<string> {
  return (await sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl ?? "";
}

/** Takes up to ten messages for so many seconds, those of a group in order; none means that none is to be had. */
export async function take({ sqs, queueUrl }: TakingFrom, seconds: number): Promise<Taken[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: seconds,
      // A short poll asks only some of SQS's servers and may find nothing where there is something.
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

/** Deletes a message in hand. */
export async function remove({ sqs, queueUrl }: TakingFrom, { receiptHandle }: Taken): Promise<void> {
  await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: receiptHandle }));
}

/**
 * Gives messages back, in the order in which they were taken: heads of groups last, since a message is deliverable as
 * soon as no earlier one of its group is taken. What cannot be given back comes back by itself when its time is over.
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
