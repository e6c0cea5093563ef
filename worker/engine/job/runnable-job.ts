// A job kind with its handler, payload types hidden: what the engine runs. A message is opened into work that already
// carries its checked payload.
import { type NewerThanUs, readMessage } from "../receive/read-message.ts";
import type { JobDefinition, JobPolicy } from "./define-job.ts";
import type { Handler, JobContext, JobResult } from "./handler.ts";
import type { JobMessage } from "./message.ts";

/** What one message asks for: `Handler` with the payload filled in. */
export type Work = {
  run: (context: JobContext) => Promise<JobResult>;
  afterCommit: ((result: Record<string, unknown>, context: JobContext) => Promise<void>) | undefined;
};

/** A readable message with its work, or the reason why it can never be run, or not by this version. */
export type Opened = { message: JobMessage; work: Work } | { unreadable: string } | NewerThanUs;

/** A job kind ready to run. */
export type RunnableJob = {
  kind: string;
  policy: JobPolicy;
  /** Checks a message body and prepares its work. Never throws. */
  open: (body: string) => Opened;
};

/** Joins a definition and its handler. */
export function runnableJob<Payload>(
  definition: JobDefinition<string, Payload>,
  { run, afterCommit }: Handler<Payload>,
): RunnableJob {
  const { kind, policy } = definition;
  const open = (body: string): Opened => {
    const read = readMessage(definition, body);
    if (typeof read === "string") return { unreadable: read };
    if ("newer" in read) return read;
    const { message, payload } = read;
    const work: Work = {
      run: (context) => run(payload, context),
      afterCommit: afterCommit && ((result, context) => afterCommit(payload, result, context)),
    };
    return { message, work };
  };
  return { kind, policy, open };
}
