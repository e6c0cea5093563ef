// Reads the failure queue of a trigger that is fed by a topic. Lambda puts the whole event into it, so an event can be
// passed to the trigger again at any time.
import { z } from "zod";
import { droppedCondition } from "../../../triggers/shared/dropped-records.ts";
import { remove, returnMessages, type Taken, type TakingFrom, takeAll } from "../messages/take.ts";

/** A trigger's function: how many records became jobs, or an error when the event may succeed later. */
export type Trigger = (event: unknown) => Promise<{ enqueued: number; ignored: number; malformed: number }>;

/** An event on a failure queue. */
export type FailedEvent = {
  trigger: string;
  /** When Lambda gave it up; null for a message that is not Lambda's. */
  at: string | null;
  /** Why Lambda gave it up. */
  condition: string;
  /**
   * passing: it can be replayed; replayed: it was replayed now; unreadable: nothing in it can become a job; cleared: it was
   * deleted now.
   */
  state: "passing" | "replayed" | "unreadable" | "cleared";
  reason: string | null;
};

/** What to do with the events besides listing them: pass them to the trigger, or delete them. */
export type EventAction = { trigger?: Trigger | undefined; clear?: boolean };

/** Lambda developer guide, "Adding a destination": invocation record of an asynchronous invocation. */
const recordSchema = z.object({
  timestamp: z.string().optional(),
  requestContext: z.object({ condition: z.string() }),
  requestPayload: z.unknown(),
  responsePayload: z.object({ errorMessage: z.string() }).partial().optional(),
});

/** Messages stay hidden from other readers for this long. */
const hiddenSeconds = 120;

/** Reads every message once. What was replayed or cleared is deleted; all else is returned. */
export async function readFailedEvents(
  from: TakingFrom,
  name: string,
  action: EventAction = {},
): Promise<FailedEvent[]> {
  const found: FailedEvent[] = [];
  const held: Taken[] = [];
  try {
    for await (const messages of takeAll(from, hiddenSeconds)) {
      held.push(...messages);
      for (const message of messages) {
        const event = await judge(name, message, action);
        found.push(event);
        if (event.state !== "replayed" && event.state !== "cleared") continue;
        await remove(from, message);
        held.splice(held.indexOf(message), 1);
      }
    }
    return found;
  } finally {
    await returnMessages(from, held);
  }
}

async function judge(name: string, { body }: Taken, { trigger, clear }: EventAction): Promise<FailedEvent> {
  const read = recordSchema.safeParse(jsonOf(body)).data;
  const about = {
    trigger: name,
    at: read?.timestamp ?? null,
    condition: read?.requestContext.condition ?? "?",
  };
  const reason = read ? (read.responsePayload?.errorMessage ?? null) : "the message is not Lambda's";
  if (clear) return { ...about, state: "cleared", reason };
  if (read?.requestPayload === undefined) return { ...about, state: "unreadable", reason };
  // Its trigger has read it and dropped what it could not read; a newer one may read more.
  const isDropped = about.condition === droppedCondition;
  if (trigger === undefined) return { ...about, state: isDropped ? "unreadable" : "passing", reason };
  const replayed = await replay(trigger, read.requestPayload, isDropped);
  return {
    ...about,
    ...replayed,
    reason: replayed.reason ?? (replayed.state === "unreadable" ? reason : null),
  };
}

/** @param isDropped true for an event of which all was enqueued but what is malformed */
async function replay(
  trigger: Trigger,
  event: unknown,
  isDropped: boolean,
): Promise<Pick<FailedEvent, "state" | "reason">> {
  try {
    const { enqueued, malformed } = await trigger(event);
    if (isDropped && malformed > 0) return { state: "unreadable", reason: null };
    if (enqueued === 0 && malformed > 0)
      return { state: "unreadable", reason: "none of its records can become a job" };
    return { state: "replayed", reason: null };
  } catch (error) {
    // Still in trouble: the event stays for the next time.
    return {
      state: "passing",
      reason: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    };
  }
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
