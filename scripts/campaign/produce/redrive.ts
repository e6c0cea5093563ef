// An operator who sends dead letters back while producers go on: each as a new message of its group, counted as redriven.
import {
  DeleteMessageCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { type JobMessage, messageSchema } from "../../../worker/jobs/message.ts";
import { deadLetterQueueName, queueName } from "../../../worker/resources.ts";

/**
 * Sends back what is in the dead-letter queue of a kind and is a job; what is none stays.
 * @param before called with each job before it is sent back: the operator has mended its cause
 * @returns the jobs that were sent back
 */
export async function redrive(
  sqs: SQSClient,
  fleet: string,
  kind: string,
  before: (jobId: string) => void,
): Promise<string[]> {
  const dead = await urlOf(sqs, deadLetterQueueName(fleet, kind));
  const work = await urlOf(sqs, queueName(fleet, kind));
  const sent: string[] = [];
  for (;;) {
    const messages = await receive(sqs, dead);
    if (messages.length === 0) return sent;
    for (const message of messages) {
      const job = jobIn(message);
      if (job === undefined) continue;
      before(job.jobId);
      await sendBack(sqs, work, message, job);
      await sqs.send(new DeleteMessageCommand({ QueueUrl: dead, ReceiptHandle: message.ReceiptHandle }));
      sent.push(job.jobId);
    }
  }
}

async function urlOf(sqs: SQSClient, QueueName: string): Promise<string> {
  return (await sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl ?? "";
}

async function receive(sqs: SQSClient, QueueUrl: string): Promise<Message[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 600,
      MessageSystemAttributeNames: ["MessageGroupId"],
    }),
  );
  return Messages;
}

function jobIn({ Body = "" }: Message): JobMessage | undefined {
  try {
    return messageSchema.parse(JSON.parse(Body));
  } catch {
    return undefined;
  }
}

async function sendBack(
  sqs: SQSClient,
  QueueUrl: string,
  { Attributes }: Message,
  job: JobMessage,
): Promise<void> {
  const redrives = job.redrives + 1;
  await sqs.send(
    new SendMessageCommand({
      QueueUrl,
      MessageBody: JSON.stringify({ ...job, redrives }),
      MessageGroupId: Attributes?.MessageGroupId,
      MessageDeduplicationId: `redrive-${redrives}-${job.jobId.split("/")[1]}`,
    }),
  );
}
