// Sends payloads: groups side by side, those of a group one after another, so that their order in the queue is that of the lines.
import type { Enqueue } from "../../worker/engine/enqueue/enqueue.ts";
import type { JobDefinition } from "../../worker/engine/job/define-job.ts";
import type { Given } from "./payloads.ts";

/** Groups that are sent at once. */
const groupsAtOnce = 16;

export type Sending = {
  enqueue: Enqueue;
  definition: JobDefinition<string, unknown>;
  /** Ends the sending; what is not sent yet is left out. */
  signal: AbortSignal;
  /** Called for each, in the order of its group. An error ends its group: what follows in it would overtake. */
  onSent: (given: Given, sent: { messageId: string } | { error: unknown }) => void;
};

/** Sends all. Resolves when nothing more is under way. */
export async function sendInOrder(given: readonly Given[], sending: Sending): Promise<void> {
  const groups = [...Map.groupBy(given, ({ group }) => group).values()].reverse();
  const send = async () => {
    for (let group = groups.pop(); group !== undefined; group = groups.pop()) await sendGroup(group, sending);
  };
  await Promise.all(Array.from({ length: groupsAtOnce }, send));
}

async function sendGroup(
  group: readonly Given[],
  { enqueue, definition, signal, onSent }: Sending,
): Promise<void> {
  for (const [index, one] of group.entries()) {
    if (signal.aborted) return;
    try {
      const { messageId } = await enqueue(definition, one.payload);
      onSent(one, { messageId });
    } catch (error) {
      for (const left of group.slice(index)) onSent(left, { error });
      return;
    }
  }
}
