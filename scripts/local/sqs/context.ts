// What all commands share: the state, the time, the limits, and the only way to change the state.
import type { Clock } from "../clock/clock.ts";
import { type Account, type Queue, settleQueue } from "./account.ts";
import { queueDoesNotExist } from "./errors.ts";
import type { SqsEvent } from "./events.ts";

export type SqsLimits = {
  /** How many messages of a queue may be in flight (SQS quotas: 120,000). */
  inFlight: number;
  /** How many messages a FIFO queue looks through for available groups (SQS quotas: 120,000). */
  scanWindow: number;
};

export type SqsContext = {
  account: Account;
  clock: Clock;
  region: string;
  accountId: string;
  limits: SqsLimits;
  /** Applies an event and makes it durable before the caller of the command hears of it; see `Recorder`. */
  emit: (event: SqsEvent) => void;
  /** Lets waiting receives of a queue look again. Call it after every change that may make a message deliverable. */
  wake: (queue: string) => void;
};

/** The queue of that name, brought up to the current time. Throws `QueueDoesNotExist`. */
export function queueNamed(context: SqsContext, name: string): Queue {
  const queue = context.account.queues.get(name);
  if (queue === undefined) throw queueDoesNotExist();
  settleQueue(queue, context.clock.now());
  return queue;
}

/** A queue by its name, or as `queueNamed` has just given it, which spares looking it up for each of a batch. */
export type QueueRef = string | Queue;

/** The queue that is meant, see `queueNamed`. */
export const queueOf = (context: SqsContext, queue: QueueRef): Queue =>
  typeof queue === "string" ? queueNamed(context, queue) : queue;

export function queueArn(context: Pick<SqsContext, "region" | "accountId">, name: string): string {
  return `arn:aws:sqs:${context.region}:${context.accountId}:${name}`;
}

/** The name in a queue's ARN; `undefined` for any other ARN and for another account or region. */
export function nameFromArn(context: SqsContext, arn: string): string | undefined {
  const prefix = queueArn(context, "");
  return arn.startsWith(prefix) ? arn.slice(prefix.length) : undefined;
}
