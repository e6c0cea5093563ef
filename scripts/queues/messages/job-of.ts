// Which job a message is. Reads the message as the worker does, but needs only its id.
import type { JobDefinition } from "../../../worker/engine/job/define-job.ts";
import { jobIdOf } from "../../../worker/engine/job/define-job.ts";
import {
  bodyText,
  type EventMessage,
  eventMessageSchema,
  type JobMessage,
  messageSchema,
} from "../../../worker/engine/job/message.ts";
import type { Taken } from "./take.ts";

/** A message's envelope, whether or not its payload can be read; undefined for a body that is no message of this project. */
export function envelopeOf(body: string): JobMessage | EventMessage | undefined {
  try {
    const json: unknown = JSON.parse(body);
    return eventMessageSchema.safeParse(json).data ?? messageSchema.safeParse(json).data;
  } catch {
    return undefined;
  }
}

/** The id of the body's job; undefined where the body does not say. */
export function jobIdIn(definition: JobDefinition<string, unknown>, body: string): string | undefined {
  const envelope = envelopeOf(body);
  if (envelope === undefined || "jobId" in envelope) return envelope?.jobId;
  const payload = definition.payload.safeParse(envelope.payload);
  return payload.success ? jobIdOf(definition, payload.data) : undefined;
}

/**
 * The id of the job whose row describes a dead letter: the one the worker named in an attribute, else the body's. A
 * letter that is no job is named by its message.
 */
export function deadJobId(definition: JobDefinition<string, unknown>, letter: Taken): string {
  return (
    letter.attributes.jobId ??
    jobIdIn(definition, letter.body) ??
    `${definition.kind}/unreadable-${letter.messageId}`
  );
}

/** The body for a redrive: one more redrive is counted, everything else is unchanged. A body that is no message stays as it is. */
export function redrivenBody(body: string): { body: string; redrives: number } {
  const envelope = envelopeOf(body);
  if (envelope === undefined) return { body, redrives: 1 };
  const redrives = envelope.redrives + 1;
  const json = JSON.parse(body) as JobMessage;
  return { body: bodyText({ ...json, redrives }), redrives };
}
