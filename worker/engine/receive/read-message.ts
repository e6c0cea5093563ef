// Turns the text of a message into a checked payload, or into one sentence that says why it cannot be run: never, or not by
// this version.
import { type JobDefinition, jobIdOf } from "../job/define-job.ts";
import {
  bodyVersion,
  type EventMessage,
  eventMessageSchema,
  type JobMessage,
  messageSchema,
} from "../job/message.ts";
import { unknownField } from "./unknown-field.ts";

/** A payload may be wrong in a hundred thousand places; only this many are reported. */
const maxProblems = 5;

/** A message that a newer version may have written, and why; with its envelope, where this version can read it. */
export type NewerThanUs = { newer: string; message?: JobMessage };

type Read<Payload> = { message: JobMessage; payload: Payload } | NewerThanUs | string;

/** Checks envelope, kind and payload; a string is the reason why the message can never be run. */
export function readMessage<Payload>(
  definition: JobDefinition<string, Payload>,
  text: string,
): Read<Payload> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return "the message body is not JSON";
  }
  const version = bodyVersion(body);
  if (version !== undefined && version > 1)
    return { newer: `it has version ${version}, this worker reads 1` };
  // A failed check costs several times what one that succeeds does, so only what may be an event is checked as one.
  const event = isRecord(body) && "event" in body ? eventMessageSchema.safeParse(body).data : undefined;
  if (event !== undefined) return readEvent(definition, event, unknownField(body, event));
  const message = messageSchema.safeParse(body);
  if (!message.success) return `the message is not a job message: ${problem(message.error)}`;
  const { kind } = message.data;
  if (kind !== definition.kind)
    return { newer: `it is of kind ${kind.slice(0, 128)}, its queue of kind ${definition.kind}` };
  return complete(
    message.data,
    readPayload(definition, message.data.payload),
    unknownField(body, message.data),
  );
}

const isRecord = (body: unknown): body is object => typeof body === "object" && body !== null;

/** Reads an event as a job of this queue; the job's id follows from the payload. */
function readEvent<Payload>(
  definition: JobDefinition<string, Payload>,
  { event, ...envelope }: EventMessage,
  unknown: string | undefined,
): Read<Payload> {
  const { kind, subscription } = definition;
  if (subscription?.event !== event)
    return { newer: `it is the event ${event.slice(0, 128)}, which ${kind} is not subscribed to` };
  const read = readPayload(definition, envelope.payload);
  if (typeof read === "string") return read;
  return complete({ ...envelope, kind, jobId: jobIdOf(definition, read.payload) }, read, unknown);
}

/** A field that this version does not know may change what the job is to do. */
function complete<Payload>(
  message: JobMessage,
  read: { payload: Payload } | string,
  unknownInEnvelope: string | undefined,
): Read<Payload> {
  if (typeof read === "string") return read;
  const unknown = unknownInEnvelope ?? unknownField(message.payload, read.payload, ["payload"]);
  return unknown === undefined
    ? { message, ...read }
    : { newer: `it has a field ${unknown}, which this worker does not know`, message };
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
