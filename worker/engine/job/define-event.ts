// Events that several job kinds subscribe to. An event is published once to a FIFO topic and becomes one job of every
// subscribed kind. The publisher knows only the event; a new subscriber is a new entry in the catalog.
import type * as z from "zod";
import type { TopicName } from "../../fleet/topics.ts";
import { defineJob, type JobDefinition, type JobPolicy } from "./define-job.ts";

/** An event: a stable kebab-case name, its FIFO topic, its payload and the rules derived from the payload. */
export type EventDefinition<Payload = unknown> = {
  event: string;
  topic: TopicName;
  payload: z.ZodType<Payload>;
  /** The message group in the topic, and therefore in every subscribed queue. */
  messageGroupId: (payload: Payload) => string;
  /** What makes two publications the same event; also identifies every job made from it. */
  deduplicationId: (payload: Payload) => string;
  /** Message attributes for filter policies. */
  attributes?: (payload: Payload) => Record<string, string>;
};

/** Declares an event. */
export function defineEvent<Payload>(definition: EventDefinition<Payload>): EventDefinition<Payload> {
  return definition;
}

/**
 * Declares a job kind that subscribes to an event. Payload, group and identity are the event's.
 * @param options.only accepts only events with one of these values in an attribute
 */
export function subscribe<const Kind extends string, Payload>(
  event: EventDefinition<Payload>,
  options: { kind: Kind; only?: Record<string, readonly string[]>; policy?: Partial<JobPolicy> },
): JobDefinition<Kind, Payload> {
  const { kind, only = {}, policy = {} } = options;
  const { payload, messageGroupId, deduplicationId, topic } = event;
  const subscription = { event: event.event, topic, filterPolicy: { event: [event.event], ...only } };
  return { ...defineJob({ kind, payload, messageGroupId, deduplicationId, policy }), subscription };
}
