// Who held which message when, folded from the cloud's log of applied requests alone. Knows nothing of workers' claims.
import type { Applied } from "../../control/local-control.ts";

/** One change of custody of a message. `who` is the access key id of the caller. */
export type Step = { seq: number; at: number; who: string; what: "received" | "deleted" | "handed-back" };

/** Every message's steps, oldest first. */
export type Custody = ReadonlyMap<string, readonly Step[]>;

/** Folds the log. Extending a lease is no change; making a message visible at once is handing it back. */
export function custodyOf(log: readonly Applied[]): Custody {
  const custody = new Map<string, Step[]>();
  for (const entry of log) {
    if (entry.service !== "sqs" || entry.status !== 200) continue;
    const { messages, seconds } = summaryOf(entry);
    for (const [index, message] of messages.entries()) {
      const what = stepOf(entry.action, seconds[index]);
      if (what === undefined) continue;
      const steps = custody.get(message) ?? [];
      steps.push({ seq: entry.seq, at: entry.at, who: entry.from ?? "", what });
      custody.set(message, steps);
    }
  }
  return custody;
}

/** Messages `who` held when request `seq` had been applied. */
export function heldBy(custody: Custody, who: string, seq: number): string[] {
  return [...custody]
    .filter(([, steps]) => {
      const last = steps.findLast((step) => step.seq <= seq);
      return last?.what === "received" && last.who === who;
    })
    .map(([message]) => message);
}

/** Messages `who` received after request `seq`: a receive that was under way, or work as usual. */
export function receivedAfter(custody: Custody, who: string, seq: number): string[] {
  return [...custody]
    .filter(([, steps]) =>
      steps.some((step) => step.seq > seq && step.what === "received" && step.who === who),
    )
    .map(([message]) => message);
}

/** What became of messages that one caller held. Times in milliseconds. */
export type Fate = {
  /** Deleted by the one who held them. */
  finished: number;
  /** Made visible by the one who held them, and how long until anybody else received each. */
  returned: number;
  pickedUpMs: number[];
  /** Received by somebody else without having been handed back: the lease ran out. Since the event. */
  takenOverMs: number[];
  /** None of these so far. */
  left: number;
  /** When the last of them was finished or handed back by the one who held them. */
  lastSettledAt: number | undefined;
};

/** The fate of `messages`, held by `who`, after request `seq`, which was applied at `eventAt`. */
export function fateOf(
  custody: Custody,
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
    const steps = (custody.get(message) ?? []).filter((step) => step.seq > seq);
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
  // A receive of the same worker that was under way may bring it back once more; that is no picking up.
  const next = steps.find(
    (step) => step.seq > returned.seq && step.what === "received" && step.who !== returned.who,
  );
  if (next !== undefined) fate.pickedUpMs.push(next.at - returned.at);
}

function stepOf(action: string, seconds: number | undefined): Step["what"] | undefined {
  if (action === "ReceiveMessage") return "received";
  if (action === "DeleteMessage" || action === "DeleteMessageBatch") return "deleted";
  return action.startsWith("ChangeMessageVisibility") && seconds === 0 ? "handed-back" : undefined;
}

function summaryOf({ summary }: Applied): { messages: string[]; seconds: number[] } {
  const { messages = [], seconds = [] } = (summary ?? {}) as { messages?: string[]; seconds?: number[] };
  return { messages, seconds };
}
