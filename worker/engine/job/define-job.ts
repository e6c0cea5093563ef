// What a job kind is, as data. Knows no queues, clients or handlers, so that Lambdas and infra can import it.
import { createHash } from "node:crypto";
import type * as z from "zod";
import type { QueueSubscription } from "../../fleet/topics.ts";

/** How a job kind runs. All times in seconds. */
export type JobPolicy = {
  /** How long a run may take before it is aborted and retried. */
  timeoutSeconds: number;
  /** Length of a lease, and the queue's default visibility timeout. Must exceed the long-poll wait. */
  visibilitySeconds: number;
  /**
   * Failures after which the job is dead-lettered. A job gets at most three more runs than this, however they end: a crash
   * and a lost lease count as runs, an interruption does not.
   */
  maxFailures: number;
  /** First and longest delay between runs; it doubles in between, with jitter. */
  backoffSeconds: { first: number; max: number };
  /** Slots a running job uses: 1 for most kinds, more for jobs that use several cores or much memory. */
  cost: number;
  /** True when jobs seldom fit into a two-minute interruption notice; none is started after a rebalance recommendation. */
  long: boolean;
  /**
   * True when all that a run leaves behind is its commit (and steps): nothing in S3, nothing sent, no `mark`. The first run of such a
   * job is not claimed before, which saves a call and a write unit.
   */
  oneCommit: boolean;
};

/** A job kind: a stable kebab-case verb-noun name, its payload and the rules derived from the payload. */
export type JobDefinition<Kind extends string = string, Payload = unknown> = {
  kind: Kind;
  payload: z.ZodType<Payload>;
  /** Jobs of one group run strictly one after another. Any string; hashed where SQS would refuse it. */
  messageGroupId: (payload: Payload) => string;
  /** What makes two events the same job. Any string; hashed into the job id. */
  deduplicationId: (payload: Payload) => string;
  /** The event this kind subscribes to and its topic, if its jobs come from one; see define-event.ts. */
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
  oneCommit: false,
};

/** Declares a job kind; policy fields left out take the defaults. */
export function defineJob<const Kind extends string, Payload>(
  definition: Omit<JobDefinition<Kind, Payload>, "policy"> & { policy?: Partial<JobPolicy> },
): JobDefinition<Kind, Payload> {
  return { ...definition, policy: { ...defaultPolicy, ...definition.policy } };
}

/** Group and deduplication ids are 1 to 128 of these characters (SendMessage API reference). */
const allowedId = /^[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;

/** A group or deduplication id that SQS accepts: the text itself if allowed, otherwise its SHA-256. */
export function queueSafeId(text: string): string {
  return allowedId.test(text) ? text : createHash("sha256").update(text).digest("hex");
}

/** The job's permanent id: `<kind>/<first 40 digits of the deduplication id's SHA-256>`, at most 128 characters. */
export function jobIdOf<Payload>(job: JobDefinition<string, Payload>, payload: Payload): string {
  return `${job.kind}/${eventId(job, payload)}`;
}

/** The first 40 hexadecimal digits of the deduplication id's SHA-256: the part that all ids of an event share. */
export function eventId<Payload>(
  { deduplicationId }: { deduplicationId: (payload: Payload) => string },
  payload: Payload,
): string {
  return createHash("sha256").update(deduplicationId(payload)).digest("hex").slice(0, 40);
}
