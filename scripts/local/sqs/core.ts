// SQS without HTTP: the commands on one account's queues. The clock is an argument; a journal keeps the state. Other
// local services (SNS, metrics) call it in process.
import { type Clock, closable, realClock } from "../clock/clock.ts";
import type { Journal } from "../state/journal.ts";
import { emptyAccount, type Queue, settleQueue } from "./account.ts";
import { type QueueRef, queueArn, queueNamed, queueOf, type SqsContext, type SqsLimits } from "./context.ts";
import { invalidValue, queueDoesNotExist } from "./errors.ts";
import type { SqsEvent } from "./events.ts";
import { longPolls } from "./long-poll.ts";
import { checkId } from "./message-rules.ts";
import {
  cancelMoveTask,
  continueMoveTask,
  listMoveTasks,
  type StartMove,
  startMoveTask,
} from "./move-tasks.ts";
import type { RawAttributes } from "./queue-attributes.ts";
import {
  changeTags,
  createQueue,
  deadLetterSources,
  deleteQueue,
  purgeQueue,
  queueAttributes,
  setQueueAttributes,
} from "./queue-commands.ts";
import type { StoredMessage } from "./queue-state.ts";
import { type Delivery, receiveNow } from "./receive.ts";
import { openRecorder } from "./recorder.ts";
import { type SendInput, sendMessage } from "./send.ts";
import { changeVisibility, deleteMessage, deleteMessages, messageToDelete } from "./settle-commands.ts";

export type SqsCoreOptions = {
  clock?: Clock;
  region: string;
  accountId: string;
  limits?: Partial<SqsLimits>;
  /** Keeps the queues across restarts. Without it they are in memory. */
  journal?: Journal<SqsEvent>;
  /** A receive whose caller has gone keeps waiting and makes the messages it gets invisible, the worst case on AWS. */
  strandAbortedReceives?: boolean;
};

export type ReceiveRequest = {
  /** 1 to 10. */
  max?: number | undefined;
  /** Default: the queue's. */
  visibilitySeconds?: number | undefined;
  waitSeconds?: number | undefined;
  attemptId?: string | undefined;
};

/** Whoever receives: gone or not, and a signal that aborts when it goes. */
export type Receiver = { readonly abandoned: boolean; readonly signal: AbortSignal };

export type SqsCore = ReturnType<typeof createSqsCore>;

/** Opens the account's queues. Commands take queues by name and throw `SqsError` when SQS would refuse. */
export function createSqsCore(options: SqsCoreOptions) {
  const clock = closable(options.clock ?? realClock);
  const limits: SqsLimits = { inFlight: 120_000, scanWindow: 120_000, ...options.limits };
  const account = emptyAccount(limits.scanWindow);
  const recorder = openRecorder(account, clock.now, options.journal);
  /** Queues whose waiting receives look again after the running batch. */
  const held = new Set<string>();
  const polls = longPolls(clock, (queue, input) => receiveNow(context, queue, input));
  const context: SqsContext = {
    account,
    clock,
    region: options.region,
    accountId: options.accountId,
    limits,
    emit: recorder.emit,
    wake: (name) => {
      const queue = account.queues.get(name);
      if (recorder.inBatch()) held.add(name);
      else if (queue !== undefined) polls.wake(queue);
    },
  };
  const together = <Result>(run: () => Result): Result => {
    if (recorder.inBatch()) return run();
    try {
      return recorder.together(run);
    } finally {
      const names = [...held];
      held.clear();
      for (const name of names) context.wake(name);
    }
  };
  for (const task of account.tasks.values())
    if (task.status === "RUNNING") continueMoveTask(context, task.taskId);

  const counted = (queue: Queue, found: Delivery[]): Delivery[] => {
    if (found.length === 0) queue.totals.emptyReceives += 1;
    return found;
  };
  const receiveFor = (
    receiver: Receiver | undefined,
    ref: QueueRef,
    request: ReceiveRequest,
  ): Delivery[] | Promise<Delivery[]> => {
    const queue = queueOf(context, ref);
    const input = checkedReceive(queue, request);
    const caller = options.strandAbortedReceives ? undefined : receiver;
    if (caller?.abandoned) return [];
    const now = receiveNow(context, queue, input);
    if (now.length > 0 || input.waitMs === 0) return counted(queue, now);
    return polls.wait(queue, input, input.waitMs, caller?.signal).then((found) => counted(queue, found));
  };

  return {
    region: options.region,
    accountId: options.accountId,
    /** The names of all queues, oldest first. */
    queueNames: () => [...account.queues.keys()],
    /** The queue's live state, brought up to the current time. Read only. */
    queue: (name: string) => queueNamed(context, name),
    arnOf: (name: string) => queueArn(context, name),
    createQueue: (name: string, attributes?: RawAttributes, tags?: Record<string, string>) =>
      createQueue(context, name, attributes, tags),
    deleteQueue: (name: string) => {
      const { queueId } = queueNamed(context, name);
      deleteQueue(context, name);
      polls.refuse(queueId, queueDoesNotExist());
    },
    purgeQueue: (name: string) => purgeQueue(context, name),
    attributes: (name: string) => queueAttributes(context, name),
    setAttributes: (name: string, attributes: RawAttributes) => setQueueAttributes(context, name, attributes),
    changeTags: (name: string, change: (tags: Record<string, string>) => Record<string, string>) =>
      changeTags(context, name, change),
    deadLetterSources: (name: string) => deadLetterSources(context, name),
    send: (queue: QueueRef, input: SendInput) => sendMessage(context, queue, input),
    /** Receives messages, and waits for them when asked to. Once the receiver is gone, no message is received. */
    receiveFor,
    /** The same for callers within this process. When `signal` aborts, no message is received. */
    receive: async (name: string, request: ReceiveRequest, signal?: AbortSignal): Promise<Delivery[]> =>
      receiveFor(signal && { abandoned: signal.aborted, signal }, name, request),
    delete: (queue: QueueRef, handle: string) => deleteMessage(context, queue, handle),
    /** For a batch: finds the message of each handle, then deletes those that were found. */
    messageToDelete,
    deleteMessages: (queue: Queue, messages: readonly StoredMessage[]) =>
      deleteMessages(context, queue, messages),
    /** Runs several commands as one, so that waiting receives see the effect of all of them. */
    together,
    changeVisibility: (queue: QueueRef, handle: string, seconds: number) =>
      changeVisibility(context, queue, handle, seconds),
    startMoveTask: (input: StartMove) => startMoveTask(context, input),
    listMoveTasks: (sourceArn: string) => listMoveTasks(context, sourceArn),
    cancelMoveTask: (handle: string) => cancelMoveTask(context, handle),
    /** The current figures of one queue. `oldestAgeMs` is 0 when there is no message. */
    metrics: (name: string) => metricsOf(queueNamed(context, name), clock.now()),
    subscribe: recorder.subscribe,
    /** How many receives are waiting for messages of a queue. */
    waiting: (name: string) => polls.waiting(queueNamed(context, name)),
    context,
    /** Ends all timers. Call no command after it. */
    close: () => {
      clock.close();
      options.journal?.close();
    },
  };
}

function checkedReceive(queue: Queue, request: ReceiveRequest) {
  const max = request.max ?? 1;
  if (max < 1 || max > 10) {
    throw invalidValue("MaxNumberOfMessages", max, "Must be between 1 and 10, if provided.");
  }
  const { visibilitySeconds, waitSeconds, attemptId } = request;
  if (waitSeconds !== undefined && (waitSeconds < 0 || waitSeconds > 20)) {
    throw invalidValue("WaitTimeSeconds", waitSeconds, "Must be >= 0 and <= 20, if provided.");
  }
  if (visibilitySeconds !== undefined && (visibilitySeconds < 0 || visibilitySeconds > 43_200)) {
    throw invalidValue("VisibilityTimeout", visibilitySeconds, "Must be between 0 and 43200, if provided.");
  }
  if (attemptId !== undefined) {
    if (!queue.fifo) {
      const reason = "The request include parameter that is not valid for this queue type.";
      throw invalidValue("ReceiveRequestAttemptId", attemptId, reason);
    }
    checkId("ReceiveRequestAttemptId", attemptId);
  }
  return {
    max,
    visibilityMs: visibilitySeconds === undefined ? queue.settings.visibilityMs : visibilitySeconds * 1000,
    waitMs: waitSeconds === undefined ? queue.settings.waitMs : waitSeconds * 1000,
    attemptId,
  };
}

function metricsOf(queue: Queue, now: number) {
  settleQueue(queue, now);
  const { delayed, inFlight, groupsInFlight } = queue.state.counts;
  const oldest = queue.state.messages.head?.sentAt;
  return {
    visible: queue.state.messages.size - delayed - inFlight,
    inFlight,
    delayed,
    groupsInFlight,
    oldestAgeMs: oldest === undefined ? 0 : Math.max(0, now - oldest),
    ...queue.totals,
  };
}
