// From the bytes of a message to a checked payload, or to one sentence that says why not.
import type { JobDefinition } from "../jobs/define-job.ts";
import { type JobMessage, messageSchema } from "../jobs/message.ts";

/** A payload may be wrong in a hundred thousand places; this many are told. */
const mostProblems = 5;

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
  if (kind !== definition.kind)
    return `the message is of kind ${kind.slice(0, 128)}, its queue of kind ${definition.kind}`;
  try {
    const payload = definition.payload.safeParse(message.data.payload);
    if (!payload.success) return `the payload does not fit ${kind}: ${problem(payload.error)}`;
    return { message: message.data, payload: payload.data };
  } catch (error) {
    // A schema's own code threw: the next worker would fare no better.
    return `the payload of ${kind} cannot be checked: ${String(error)}`;
  }
}

function problem(error: { issues: readonly { path: PropertyKey[]; message: string }[] }): string {
  const told = error.issues
    .slice(0, mostProblems)
    .map(({ path, message }) => `${path.map(String).join(".") || "message"}: ${message}`);
  const more = error.issues.length - told.length;
  return [...told, ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}
