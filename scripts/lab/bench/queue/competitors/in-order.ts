// Handles the messages of one receive in order: groups in parallel, the messages of a group one after another.
import type { Message } from "@aws-sdk/client-sqs";

/** Handles all messages of one receive. Resolves when all have been handled. */
export async function inOrder(
  messages: readonly Message[],
  handle: (message: Message) => Promise<void>,
): Promise<void> {
  const groups = Map.groupBy(messages, (message) => message.Attributes?.MessageGroupId ?? "");
  await Promise.all(
    [...groups.values()].map(async (group) => {
      for (const message of group) await handle(message);
    }),
  );
}
