// What a job kind is, as data. Knows nothing of queues, clients or handlers, so Lambdas and infra may import it.
import { createHash } from "node:crypto";
import type { z } from "zod";
import type { QueueSubscription } from "../../fleet/topics.ts";

/** How a job kind is run. All times in seconds. */
export type JobPolicy = {
  /** Time a run may take before it is aborted and retried. */
  timeoutSeconds: number;
  /** Length of a lease; also the queue's default visibility timeout. Must exceed the long-poll wait. */
  visibilitySeconds: number;
  /**
   * Runs that may fail before the job is dead-lettered; at most three more runs are made however they end (a crash and a
   * lost lease count, an interruption does not).
   */
  maxFailures: number;
  /** First and largest delay between attempts; it doubles in between, with jitter. */
  backoffSeconds: { first: number; max: number };
  /** Slots one running job occupies; 1 for most, more for jobs that use several cores or much memory. */
  cost: number;
  /** A job that seldom fits into a two-minute interruption notice; not started after a rebalance recommendation. */
  long: boolean;
};

/** A job kind: a stable kebab-case verb-noun name, its payload and the rules derived from the payload. */
export type JobDefinition<Kind extends string = string, Payload = unknown> = {
  kind: Kind;
  payload: z.ZodType<Payload>;
  /** Jobs of one group run strictly one after another. Any string; hashed where SQS would refuse it. */
  messageGroupId: (payload: Payload) => string;
  /** What makes two events the same job. Any string; hashed into the job id. */
  deduplicationId: (payload: Payload) => string;
  /** The event it is subscribed to, and the topic that brings it, where jobs come from one; see define-event.ts. */
  subscription?: QueueSubscription;
  policy: JobPolicy;
};

/** The payload type of a definition. */
export type PayloadOf<Definition> = Definition extends JobDefinition<string, infer Payload> ? Payload : never;

const defaultPolicy: JobPolicy = {
  timeoutSeconds: 60,
  visibilitySeconds: 60,
  maxFailures: 5,
  backoffSeconds: { first: 2, max: 300 },
  cost: 1,
  long: false,
};

/** Declares a job kind; policy fields left out take the defaults. */
export function defineJob<const Kind extends string, Payload>(
  definition: Omit<JobDefinition<Kind, Payload>, "policy"> & { policy?: Partial<JobPolicy> },
): JobDefinition<Kind, Payload> {
  return { ...definition, policy: { ...defaultPolicy, ...definition.policy } };
}

/** SQS allows 1 to 128 of these characters in group and deduplication ids (SendMessage API reference). */
const allowedId = /^[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;

/** A group or deduplication id SQS accepts: the text itself where it may be, its SHA-256 otherwise. */
export function queueSafeId(text: string): string {
  return allowedId.test(text) ? text : createHash("sha256").update(text).digest("hex");
}

/** The job's identity for ever: `<kind>/<sha-256 of the deduplication id>`, at most 128 characters. */
export function jobIdOf<Payload>(job: JobDefinition<string, Payload>, payload: Payload): string {
  return `${job.kind}/${eventId(job, payload)}`;
}

/** What a deduplication id becomes in every id: the first 40 hexadecimal digits of its SHA-256. */
export function eventId<Payload>(
  { deduplicationId }: { deduplicationId: (payload: Payload) => string },
  payload: Payload,
): string {
  return createHash("sha256").update(deduplicationId(payload)).digest("hex").slice(0, 40);
}
