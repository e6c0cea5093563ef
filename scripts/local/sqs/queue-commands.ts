// Creates, changes, deletes and purges queues.
import type { Queue } from "./account.ts";
import { nameFromArn, queueArn, queueNamed, type SqsContext } from "./context.ts";
import { invalidParameter, invalidValue, SqsError } from "./errors.ts";
import {
  checkedAttributes,
  initialAttributes,
  mergedAttributes,
  type RawAttributes,
} from "./queue-attributes.ts";

const namePattern = /^(?:[A-Za-z0-9_-]{1,80}|(?=.{6,80}$)[A-Za-z0-9_-]+\.fifo)$/;

/** Seconds between two purges, and between deleting a queue and creating one with the same name (SQS API reference). */
const pauseMs = 60_000;

/**
 * Creates a queue, or does nothing if it exists with these attributes. An existing queue keeps its tags.
 * Throws `QueueNameExists` when an attribute differs, `QueueDeletedRecently` within 60 s of its deletion.
 */
export function createQueue(
  context: SqsContext,
  name: string,
  given: RawAttributes = {},
  tags: Record<string, string> = {},
): void {
  const fifo = given.FifoQueue === "true";
  if (!namePattern.test(name) || name.endsWith(".fifo") !== fifo) {
    throw invalidParameter(
      fifo
        ? "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length."
        : "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
    );
  }
  const checked = checkedAttributes(given, fifo);
  const existing = context.account.queues.get(name);
  if (existing !== undefined) {
    refuseDifference(existing, checked);
    return;
  }
  const at = context.clock.now();
  if ((context.account.deletedAt.get(name) ?? Number.NEGATIVE_INFINITY) + pauseMs > at) {
    throw new SqsError(
      "QueueDeletedRecently",
      "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
    );
  }
  const attributes = mergedAttributes(initialAttributes(fifo), checked);
  checkRedrive(context, fifo, name, attributes);
  const queueId = context.account.lastQueueId + 1;
  context.emit({ type: "queue-created", at, queue: name, queueId, attributes, tags });
}

function refuseDifference(existing: Queue, given: RawAttributes): void {
  const different = Object.keys(given).find((name) => (existing.settings.raw[name] ?? "") !== given[name]);
  if (different === undefined) return;
  throw new SqsError(
    "QueueNameExists",
    `A queue already exists with the same name and a different value for attribute ${different}`,
  );
}

/** Checks that a dead-letter queue exists, has the same type and allows this source ("RedriveAllowPolicy"). */
function checkRedrive(context: SqsContext, fifo: boolean, name: string, attributes: RawAttributes): void {
  if (attributes.RedrivePolicy === undefined) return;
  const { deadLetterTargetArn } = JSON.parse(attributes.RedrivePolicy) as { deadLetterTargetArn: string };
  const refuse = (reason: string) => invalidValue("RedrivePolicy", attributes.RedrivePolicy, reason);
  const target = context.account.queues.get(nameFromArn(context, deadLetterTargetArn) ?? "");
  if (target === undefined) throw refuse("Dead letter target does not exist.");
  if (target.fifo !== fifo) throw refuse("Dead-letter queue must be same type of queue as the source.");
  const allow = target.settings.redriveAllow;
  const listed = allow?.sourceQueueArns?.includes(queueArn(context, name)) ?? false;
  if (allow?.redrivePermission === "denyAll" || (allow?.redrivePermission === "byQueue" && !listed)) {
    throw refuse("The dead-letter queue's RedriveAllowPolicy does not admit this source queue.");
  }
}

/** Changes attributes; an empty policy removes it. Throws `SqsError`. */
export function setQueueAttributes(context: SqsContext, name: string, given: RawAttributes): void {
  const queue = queueNamed(context, name);
  const attributes = mergedAttributes(queue.settings.raw, checkedAttributes(given, queue.fifo));
  if (given.RedrivePolicy !== undefined) checkRedrive(context, queue.fifo, name, attributes);
  context.emit({ type: "attributes-set", at: context.clock.now(), queue: name, attributes });
  context.wake(name);
}

/** Every attribute of a queue, counts included, by the API's names. */
export function queueAttributes(context: SqsContext, name: string): Record<string, string> {
  const queue = queueNamed(context, name);
  const { delayed, inFlight } = queue.state.counts;
  return {
    ...queue.settings.raw,
    QueueArn: queueArn(context, name),
    ApproximateNumberOfMessages: String(queue.state.messages.size - delayed - inFlight),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / 1000)),
  };
}

/** Deletes a queue and its messages at once (SQS may take up to 60 s). */
export function deleteQueue(context: SqsContext, name: string): void {
  queueNamed(context, name);
  context.emit({ type: "queue-deleted", at: context.clock.now(), queue: name });
}

/** Removes all messages, including those in flight. Throws `PurgeQueueInProgress` within 60 s of the last purge. */
export function purgeQueue(context: SqsContext, name: string): void {
  const queue = queueNamed(context, name);
  const at = context.clock.now();
  if (queue.purgedAt + pauseMs > at) {
    throw new SqsError(
      "PurgeQueueInProgress",
      `Only one PurgeQueue operation on ${name} is allowed every 60 seconds.`,
    );
  }
  context.emit({ type: "queue-purged", at, queue: name });
}

/** Changes the queue's tags. Throws `SqsError` above 50. */
export function changeTags(
  context: SqsContext,
  name: string,
  change: (tags: Record<string, string>) => Record<string, string>,
): void {
  const tags = change({ ...queueNamed(context, name).tags });
  if (Object.keys(tags).length > 50) throw invalidParameter("Too many tags: a queue may have at most 50.");
  context.emit({ type: "tags-set", at: context.clock.now(), queue: name, tags });
}

/** The names of the queues whose dead-letter queue is `name`, in the order of their creation. */
export function deadLetterSources(context: SqsContext, name: string): string[] {
  const arn = queueArn(context, queueNamed(context, name).name);
  return [...context.account.queues.values()]
    .filter(({ settings }) => settings.redrive?.deadLetterTargetArn === arn)
    .map((queue) => queue.name);
}
