// The SQS client as sqs-consumer sees it: every receive gets its size at the last moment and an attempt id that
// stays the same until an answer arrives, so that a lost answer loses no message (SQS repeats it for five minutes).
import type { ReceiveMessageCommandInput, ReceiveMessageCommandOutput, SQSClient } from "@aws-sdk/client-sqs";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";

/** How the last answered receive was made. */
export type Received = {
  /** Its attempt id. */
  id: string;
  /** Monotonic milliseconds at which it was sent. */
  sentAt: number;
  /** How many messages it asked for. */
  asked: number;
};

/** What a receiver needs. */
export type ReceiverOptions = {
  sqs: SQSClient;
  newAttemptId: () => string;
  monotonic: () => number;
  size: () => number;
  waitSeconds: () => number;
  /** Told of every receive under way. */
  landing: (pending: Promise<unknown>) => void;
};

/** SQS keeps an attempt id for five minutes; past that a repeat would be an ordinary receive anyway. */
const attemptIdLivesMs = 5 * 60 * 1000;

/** Wraps a client for one consumer. `received` describes the receive whose answer came last. */
export function receiverOf(options: ReceiverOptions): { client: SQSClient; received: () => Received } {
  let attempt: { id: string; since: number } | undefined;
  let last: Received = { id: "", sentAt: 0, asked: 0 };

  async function receive(input: ReceiveMessageCommandInput): Promise<ReceiveMessageCommandOutput> {
    const sentAt = options.monotonic();
    if (attempt === undefined || sentAt - attempt.since > attemptIdLivesMs)
      attempt = { id: options.newAttemptId(), since: sentAt };
    const { id } = attempt;
    const asked = options.size();
    const command = new ReceiveMessageCommand({
      ...input,
      MaxNumberOfMessages: asked,
      WaitTimeSeconds: options.waitSeconds(),
      ReceiveRequestAttemptId: id,
    });
    const pending = options.sqs.send(command);
    options.landing(pending);
    const answer = await pending;
    attempt = undefined;
    last = { id, sentAt, asked };
    return answer;
  }

  // sqs-consumer calls nothing of its client but `send`, and with shouldDeleteMessages off and no heartbeat it sends
  // nothing but receives; the poller's tests hold it to that. The abort signal it passes is left out: no receive is
  // ever aborted, since what it takes would be stranded, and only calls without options reuse their middleware.
  const client = { send: (command: { input: ReceiveMessageCommandInput }) => receive(command.input) };
  return { client: client as unknown as SQSClient, received: () => last };
}
