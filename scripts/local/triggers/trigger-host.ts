// Runs in its own child process: loads the triggers as Lambda does and invokes them with the events from its parent. Ends
// with its parent.
import { z } from "zod";
import type { TriggerName } from "../../../triggers/catalog/event-sources.ts";

type TriggerModule = { handler: (event: unknown, context: unknown) => Promise<unknown> };

const modules: Record<TriggerName, () => Promise<TriggerModule>> = {
  "image-uploaded": () => import("../../../triggers/image-uploaded.ts"),
  "picture-removed": () => import("../../../triggers/picture-removed.ts"),
  "mail-received": () => import("../../../triggers/mail-received.ts"),
  "slack-message": () => import("../../../triggers/slack-message.ts") as Promise<TriggerModule>,
  "record-changed": () => import("../../../triggers/record-changed.ts"),
  "file-uploaded": () => import("../../../triggers/file-uploaded.ts"),
  "files-due": () => import("../../../triggers/files-due.ts"),
  "metrics-due": () => import("../../../triggers/metrics-due.ts"),
  "untaken-due": () => import("../../../triggers/untaken-due.ts"),
  "outbox-due": () => import("../../../triggers/outbox-due.ts"),
  web: () => import("../../../triggers/web.ts") as Promise<TriggerModule>,
};
const isTrigger = (name: string): name is TriggerName => Object.hasOwn(modules, name);

const callSchema = z.object({ id: z.number(), functionArn: z.string(), event: z.unknown() });

/** The host's message after every call, and once at its start. */
export type HostAnswer = { id: number; error?: string; result?: unknown } | { ready: true };

async function call(functionArn: string, event: unknown): Promise<unknown> {
  const name = functionArn.split(":").at(-1) ?? "";
  if (!isTrigger(name)) throw new Error(`there is no trigger called ${name}`);
  const { handler } = await modules[name]();
  const awsRequestId = crypto.randomUUID();
  return handler(event, { functionName: name, invokedFunctionArn: functionArn, awsRequestId });
}

const answer = (message: HostAnswer) => process.send?.(message);

process.on("message", (message) => {
  const { id, functionArn, event } = callSchema.parse(message);
  call(functionArn, event).then(
    (result) => answer({ id, result }),
    (error: unknown) =>
      answer({ id, error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }),
  );
});
process.on("disconnect", () => process.exit(0));
process.on("SIGINT", () => {});
answer({ ready: true });
