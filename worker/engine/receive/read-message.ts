// Turns the text of a message into a checked payload, or into one sentence that says why it is unreadable.
import { type JobDefinition, jobIdOf } from "../job/define-job.ts";
import { type EventMessage, eventMessageSchema, type JobMessage, messageSchema } from "../job/message.ts";

/** A payload may be wrong in a hundred thousand places; only this many are reported. */
const maxProblems = 5;

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
  const event = eventMessageSchema.safeParse(body);
  if (event.success) return readEvent(definition, event.data);
  const message = messageSchema.safeParse(body);
  if (!message.success) return `the message is not a job message: ${problem(message.error)}`;
  const { kind } = message.data;
  if (kind !== definition.kind)
    return `the message is of kind ${kind.slice(0, 128)}, its queue of kind ${definition.kind}`;
  const payload = readPayload(definition, message.data.payload);
  return typeof payload === "string" ? payload : { message: message.data, ...payload };
}

/** Reads an event as a job of this queue; the job's id follows from the payload. */
function readEvent<Payload>(
  definition: JobDefinition<string, Payload>,
  { event, ...envelope }: EventMessage,
): { message: JobMessage; payload: Payload } | string {
  const { kind, subscription } = definition;
  if (subscription?.event !== event)
    return `the message is the event ${event.slice(0, 128)}, which ${kind} is not subscribed to`;
  const read = readPayload(definition, envelope.payload);
  if (typeof read === "string") return read;
  return { message: { ...envelope, kind, jobId: jobIdOf(definition, read.payload) }, ...read };
}

function readPayload<Payload>(
  { kind, payload: schema }: JobDefinition<string, Payload>,
  given: unknown,
): { payload: Payload } | string {
  try {
    const payload = schema.safeParse(given);
    if (!payload.success) return `the payload does not fit ${kind}: ${problem(payload.error)}`;
    return { payload: payload.data };
  } catch (error) {
    // The schema's own code threw; it would throw in the next worker too.
    return `the payload of ${kind} cannot be checked: ${String(error)}`;
  }
}

function problem(error: { issues: readonly { path: PropertyKey[]; message: string }[] }): string {
  const shown = error.issues
    .slice(0, maxProblems)
    .map(({ path, message }) => `${path.map(String).join(".") || "message"}: ${message}`);
  const more = error.issues.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}
