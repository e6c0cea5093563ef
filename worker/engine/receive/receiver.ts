// The SQS client as sqs-consumer sees it. Every receive gets its size at the last moment. Its attempt id stays the same
// until an answer arrives, so that a lost answer loses no message (SQS repeats the answer for five minutes).
import type { ReceiveMessageCommandInput, ReceiveMessageCommandOutput, SQSClient } from "@aws-sdk/client-sqs";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";

/** The last receive that was answered. */
export type Received = {
  /** Its attempt id. */
  id: string;
  /** Monotonic milliseconds at which it was sent. */
  sentAt: number;
  /** How many messages it asked for. */
  asked: number;
};

/** How a receiver sends. */
export type ReceiverOptions = {
  sqs: SQSClient;
  newAttemptId: () => string;
  monotonic: () => number;
  size: () => number;
  waitSeconds: () => number;
  /** Called with every receive that is sent. */
  landing: (pending: Promise<unknown>) => void;
};

/** A consumer's client. */
export type Receiver = {
  client: SQSClient;
  /** Describes the receive whose answer came last. */
  received: () => Received;
  /** Gives the open receive up: its answer is what the same attempt gives without waiting. */
  hurry: () => void;
};

/** SQS keeps an attempt id for five minutes; after that a repeat is an ordinary receive. */
const attemptIdLivesMs = 5 * 60 * 1000;

/** Wraps a client for one consumer. */
export function receiverOf(options: ReceiverOptions): Receiver {
  let hurry = () => {};
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
    const pending = answered(command);
    options.landing(pending);
    const answer = await pending;
    attempt = undefined;
    last = { id, sentAt, asked };
    return answer;
  }

  /**
   * The answer of a receive. Of one that is given up, it is what the same attempt gives without waiting: the messages that the
   * long poll has taken and not delivered (ReceiveMessage API reference, ReceiveRequestAttemptId), or others.
   */
  function answered(command: ReceiveMessageCommand): Promise<ReceiveMessageCommandOutput> {
    const { promise, resolve, reject } = Promise.withResolvers<ReceiveMessageCommandOutput>();
    options.sqs.send(command).then(resolve, reject);
    hurry = () => {
      const again = new ReceiveMessageCommand({ ...command.input, WaitTimeSeconds: 0 });
      options.sqs.send(again).then(resolve, reject);
    };
    return promise;
  }

  // sqs-consumer only calls `send` of its client. With shouldDeleteMessages off and no heartbeat it sends only receives;
  // the poller's tests check that. Its abort signal is left out: an aborted receive would strand the messages it took, and
  // only calls without options reuse their middleware.
  const client = { send: (command: { input: ReceiveMessageCommandInput }) => receive(command.input) };
  return { client: client as unknown as SQSClient, received: () => last, hurry: () => hurry() };
}
