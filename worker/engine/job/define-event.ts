// What an event is that several job kinds subscribe to: published once to a FIFO topic, it becomes one job of every
// subscribed kind. The publisher knows the event only; a further subscriber is a further entry in the catalog.
import type { z } from "zod";
import type { TopicName } from "../../fleet/topics.ts";
import { defineJob, type JobDefinition, type JobPolicy } from "./define-job.ts";

/** An event: a stable kebab-case name, the FIFO topic it is published to, its payload and the rules derived from it. */
export type EventDefinition<Payload = unknown> = {
  event: string;
  topic: TopicName;
  payload: z.ZodType<Payload>;
  /** The group in the topic and so in every subscribed queue. */
  messageGroupId: (payload: Payload) => string;
  /** What makes two publications the same event; also the identity of every job that comes of it. */
  deduplicationId: (payload: Payload) => string;
  /** Message attributes that filter policies may look at. */
  attributes?: (payload: Payload) => Record<string, string>;
};

/** Declares an event. */
export function defineEvent<Payload>(definition: EventDefinition<Payload>): EventDefinition<Payload> {
  return definition;
}

/**
 * Declares a job kind that subscribes to an event: payload, group and identity are the event's.
 * @param options.only takes only events with one of these values in an attribute
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
