// Which job a message in a queue is, read as the worker reads it, but without asking more than that of it.
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

/** A message's envelope, whether its payload can be read or not; undefined for what is no message of ours. */
export function envelopeOf(body: string): JobMessage | EventMessage | undefined {
  try {
    const json: unknown = JSON.parse(body);
    return eventMessageSchema.safeParse(json).data ?? messageSchema.safeParse(json).data;
  } catch {
    return undefined;
  }
}

/** The id of the job a body is, as far as one can be told. */
export function jobIdIn(definition: JobDefinition<string, unknown>, body: string): string | undefined {
  const envelope = envelopeOf(body);
  if (envelope === undefined || "jobId" in envelope) return envelope?.jobId;
  const payload = definition.payload.safeParse(envelope.payload);
  return payload.success ? jobIdOf(definition, payload.data) : undefined;
}

/**
 * The job whose row tells of a dead letter: the one the worker named beside the body, else the body's; a letter that is
 * no job goes by its message.
 */
export function deadJobId(definition: JobDefinition<string, unknown>, letter: Taken): string {
  return (
    letter.attributes.jobId ??
    jobIdIn(definition, letter.body) ??
    `${definition.kind}/unreadable-${letter.messageId}`
  );
}

/** The body as it is sent back: counted as redriven once more, everything else as it came. What is no message stays. */
export function redrivenBody(body: string): { body: string; redrives: number } {
  const envelope = envelopeOf(body);
  if (envelope === undefined) return { body, redrives: 1 };
  const redrives = envelope.redrives + 1;
  const json = JSON.parse(body) as JobMessage;
  return { body: bodyText({ ...json, redrives }), redrives };
}
