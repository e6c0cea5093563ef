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
import { standInId } from "../../../worker/engine/job/stand-in-id.ts";
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
    standInId(definition.kind, letter.messageId)
  );
}

/** How often a letter's job has been sent back: the worker's count, else the body's, which no other tool raises. */
export function redrivesOf({ attributes, body }: Pick<Taken, "attributes" | "body">): number {
  return Math.max(Number(attributes.redrives ?? 0) || 0, envelopeOf(body)?.redrives ?? 0);
}

/** The body for a redrive: one more redrive is counted, everything else is unchanged. A body that is no message stays as it is. */
export function redrivenBody(letter: Pick<Taken, "attributes" | "body">): { body: string; redrives: number } {
  const { body } = letter;
  const redrives = redrivesOf(letter) + 1;
  if (envelopeOf(body) === undefined) return { body, redrives };
  return { body: bodyText({ ...(JSON.parse(body) as JobMessage), redrives }), redrives };
}
