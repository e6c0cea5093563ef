// Who held which message when, derived from the cloud's log of applied requests. Ignores what workers say.
import type { Applied } from "../../control/local-control.ts";

/** One change of a message's holder. `who` is the access key id of the caller. */
export type Step = { seq: number; at: number; who: string; what: "received" | "deleted" | "returned" };

/** Every message's changes of holder, oldest first. */
export type MessageHistory = ReadonlyMap<string, readonly Step[]>;

/** Reads the log. Extending a lease changes nothing; making a message visible at once returns it. */
export function messageHistory(log: readonly Applied[]): MessageHistory {
  const history = new Map<string, Step[]>();
  for (const entry of log) {
    if (entry.service !== "sqs" || entry.status !== 200) continue;
    const { messages, seconds } = summaryOf(entry);
    for (const [index, message] of messages.entries()) {
      const what = stepOf(entry.action, seconds[index]);
      if (what === undefined) continue;
      const steps = history.get(message) ?? [];
      steps.push({ seq: entry.seq, at: entry.at, who: entry.from ?? "", what });
      history.set(message, steps);
    }
  }
  return history;
}

/** Messages that `who` held once request `seq` had been applied. */
export function heldBy(history: MessageHistory, who: string, seq: number): string[] {
  return [...history]
    .filter(([, steps]) => {
      const last = steps.findLast((step) => step.seq <= seq);
      return last?.what === "received" && last.who === who;
    })
    .map(([message]) => message);
}

/** Messages that `who` received after request `seq`: by a pending receive, or in normal work. */
export function receivedAfter(history: MessageHistory, who: string, seq: number): string[] {
  return [...history]
    .filter(([, steps]) =>
      steps.some((step) => step.seq > seq && step.what === "received" && step.who === who),
    )
    .map(([message]) => message);
}

/** What happened to messages that one caller held. Times are in milliseconds. */
export type Fate = {
  /** Deleted by their holder. */
  finished: number;
  /** Returned by their holder, and how long until another caller received each. */
  returned: number;
  pickedUpMs: number[];
  /** Time from the event until another caller received a message that was not returned: its lease had expired. */
  takenOverMs: number[];
  /** None of these so far. */
  left: number;
  /** When the holder deleted or returned the last of them. */
  lastSettledAt: number | undefined;
};

/** What happened to `messages`, held by `who`, after request `seq`, which was applied at `eventAt`. */
export function fateOf(
  history: MessageHistory,
  messages: readonly string[],
  { who, seq, eventAt }: { who: string; seq: number; eventAt: number },
): Fate {
  const fate: Fate = {
    finished: 0,
    returned: 0,
    pickedUpMs: [],
    takenOverMs: [],
    left: 0,
    lastSettledAt: undefined,
  };
  for (const message of messages) {
    const steps = (history.get(message) ?? []).filter((step) => step.seq > seq);
    const first = steps.find((step) => (step.what === "received") === (step.who !== who));
    if (first === undefined) fate.left += 1;
    else if (first.what === "received") fate.takenOverMs.push(first.at - eventAt);
    else {
      fate.lastSettledAt = Math.max(fate.lastSettledAt ?? 0, first.at);
      if (first.what === "deleted") fate.finished += 1;
      else noteReturned(fate, first, steps);
    }
  }
  return fate;
}

function noteReturned(fate: Fate, returned: Step, steps: readonly Step[]): void {
  fate.returned += 1;
  // A pending receive of the same worker may receive it once more; that does not count as pickup.
  const next = steps.find(
    (step) => step.seq > returned.seq && step.what === "received" && step.who !== returned.who,
  );
  if (next !== undefined) fate.pickedUpMs.push(next.at - returned.at);
}

function stepOf(action: string, seconds: number | undefined): Step["what"] | undefined {
  if (action === "ReceiveMessage") return "received";
  if (action === "DeleteMessage" || action === "DeleteMessageBatch") return "deleted";
  return action.startsWith("ChangeMessageVisibility") && seconds === 0 ? "returned" : undefined;
}

function summaryOf({ summary }: Applied): { messages: string[]; seconds: number[] } {
  const { messages = [], seconds = [] } = (summary ?? {}) as { messages?: string[]; seconds?: number[] };
  return { messages, seconds };
}
