// From the bytes of a message to a checked payload, or to one sentence that says why not.
import type { JobDefinition } from "../jobs/define-job.ts";
import { type JobMessage, messageSchema } from "../jobs/message.ts";

/** Checks envelope, kind and payload; a string is the reason why the message can never be run. */
export function readMessage<Payload>(
  definition: JobDefinition<string, Payload>,
  text: string,
): { message: JobMessage; payload: Payload } | string {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return "the message body is not JSON";
  }
  const message = messageSchema.safeParse(body);
  if (!message.success) return `the message is not a job message: ${problem(message.error)}`;
  const { kind } = message.data;
  if (kind !== definition.kind) return `the message is of kind ${kind}, its queue of kind ${definition.kind}`;
  const payload = definition.payload.safeParse(message.data.payload);
  if (!payload.success) return `the payload does not fit ${kind}: ${problem(payload.error)}`;
  return { message: message.data, payload: payload.data };
}

function problem(error: { issues: readonly { path: PropertyKey[]; message: string }[] }): string {
  return error.issues
    .map(({ path, message }) => `${path.map(String).join(".") || "message"}: ${message}`)
    .join("; ");
}
