// Redrive: tasks that return a dead-letter queue's messages to their queues, at a limited rate on the clock.
import { randomUUID } from "node:crypto";
import { settleQueue } from "./account.ts";
import { nameFromArn, queueArn, queueNamed, type SqsContext } from "./context.ts";
import { invalidParameter, SqsError } from "./errors.ts";
import type { MoveTask } from "./events.ts";
import { type QueueState, type StoredMessage, visitDeliverable } from "./queue-state.ts";

export type StartMove = { sourceArn: string; destinationArn?: string; messagesPerSecond?: number };

/** Messages per second when the caller sets no limit. SQS does not document its own rate. */
const unlimitedPerSecond = 5_000;

/** Starts a task and returns its handle. Throws `SqsError`, also when the source queue already has a running task. */
export function startMoveTask(context: SqsContext, input: StartMove): string {
  const source = existing(context, input.sourceArn, "SourceArn");
  const isDeadLetterQueue = [...context.account.queues.values()].some(
    ({ settings }) => settings.redrive?.deadLetterTargetArn === input.sourceArn,
  );
  if (!isDeadLetterQueue) throw invalidParameter("Source queue must be configured as a Dead Letter Queue.");
  const destination =
    input.destinationArn === undefined
      ? undefined
      : existing(context, input.destinationArn, "DestinationArn");
  if (destination !== undefined && destination.endsWith(".fifo") !== source.endsWith(".fifo")) {
    throw invalidParameter("Source queue and destination queue must be of the same type.");
  }
  const rate = input.messagesPerSecond;
  if (rate !== undefined && (rate < 1 || rate > 500)) {
    throw invalidParameter("Value for parameter MaxNumberOfMessagesPerSecond must be from 1 to 500.");
  }
  if (tasksOf(context, source).some((task) => task.status === "RUNNING")) {
    throw invalidParameter(
      "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
    );
  }
  const queue = queueNamed(context, source);
  const task: MoveTask = {
    taskId: randomUUID(),
    source,
    ...(destination !== undefined && { destination }),
    ...(rate !== undefined && { messagesPerSecond: rate }),
    status: "RUNNING",
    moved: 0,
    toMove: queue.state.messages.size - queue.state.counts.inFlight - queue.state.counts.delayed,
    startedAt: context.clock.now(),
  };
  context.emit({ type: "move-task-started", at: task.startedAt, task });
  continueMoveTask(context, task.taskId);
  return taskHandle(context, task);
}

function existing(context: SqsContext, arn: string, parameter: string): string {
  const name = nameFromArn(context, arn);
  if (name !== undefined && context.account.queues.has(name)) return name;
  throw new SqsError(
    "ResourceNotFoundException",
    `The resource that you specified for the ${parameter} parameter doesn't exist.`,
  );
}

/** The tasks of a source queue, newest first. */
export function tasksOf(context: SqsContext, source: string): MoveTask[] {
  return [...context.account.tasks.values()].filter((task) => task.source === source).reverse();
}

/** The newest tasks of a queue by its ARN. Throws `SqsError` when the queue does not exist. */
export function listMoveTasks(context: SqsContext, sourceArn: string): MoveTask[] {
  return tasksOf(context, existing(context, sourceArn, "SourceArn"));
}

export function taskHandle(context: SqsContext, { taskId, source }: MoveTask): string {
  return Buffer.from(JSON.stringify({ taskId, sourceArn: queueArn(context, source) })).toString("base64");
}

/** Stops a running task and returns how many messages it had moved. Throws `SqsError`. */
export function cancelMoveTask(context: SqsContext, handle: string): number {
  const parts = /^\{"taskId":"([^"]+)","sourceArn":"([^"]+)"\}$/.exec(
    Buffer.from(handle, "base64").toString(),
  );
  if (parts === null) throw invalidParameter("Value for parameter TaskHandle is invalid.");
  existing(context, parts[2] ?? "", "SourceArn");
  const task = context.account.tasks.get(parts[1] ?? "");
  if (task?.status !== "RUNNING") {
    throw new SqsError("ResourceNotFoundException", "Task does not exist.");
  }
  const at = context.clock.now();
  context.emit({ type: "move-task-ended", at, taskId: task.taskId, status: "CANCELLED" });
  return task.moved;
}

/** Schedules the next portion of a running task. A restart calls it for all running tasks. */
export function continueMoveTask(context: SqsContext, taskId: string): void {
  const perSecond = context.account.tasks.get(taskId)?.messagesPerSecond ?? unlimitedPerSecond;
  const portion = Math.max(1, Math.floor(perSecond / 10));
  const at = context.clock.now() + (1000 * portion) / perSecond;
  context.clock.at(at, () => {
    if (context.account.tasks.get(taskId)?.status !== "RUNNING") return;
    if (movePortion(context, taskId, portion)) continueMoveTask(context, taskId);
  });
}

/** Moves up to `portion` messages. Returns whether the task continues. */
function movePortion(context: SqsContext, taskId: string, portion: number): boolean {
  const task = context.account.tasks.get(taskId);
  const source = context.account.queues.get(task?.source ?? "");
  const at = context.clock.now();
  const end = (status: "COMPLETED" | "FAILED", failureReason?: string) => {
    context.emit({ type: "move-task-ended", at, taskId, status, ...(failureReason && { failureReason }) });
    return false;
  };
  if (task === undefined || source === undefined)
    return end("FAILED", "AWS.SimpleQueueService.NonExistentQueue");
  settleQueue(source, at);
  const messages = firstDeliverable(source.state, portion);
  for (const { seq, sourceQueue } of messages) {
    const to = task.destination ?? sourceQueue;
    if (to === undefined) return end("FAILED", "CouldNotDetermineMessageSource");
    if (!context.account.queues.has(to)) return end("FAILED", "AWS.SimpleQueueService.NonExistentQueue");
    const newSeq = context.account.lastSeq + 1;
    context.emit({
      type: "message-moved",
      why: "move-task",
      at,
      queue: source.name,
      seq,
      to,
      newSeq,
      newId: randomUUID(),
      taskId,
    });
    context.wake(to);
  }
  return messages.length === portion || end("COMPLETED");
}

function firstDeliverable(queue: QueueState, count: number): StoredMessage[] {
  const messages: StoredMessage[] = [];
  visitDeliverable(queue, (message) => messages.length < count && messages.push(message) > 0);
  return messages;
}
