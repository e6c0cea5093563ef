// What is drained: messages as data. Every consumer gets the same messages, sent in the same order.
import { z } from "zod";

/** The messages of a queue, and for how long to measure its drain. */
export const workloadSchema = z.object({
  name: z.string(),
  messages: z.number().int(),
  groups: z.number().int(),
  /** How long a job waits, in milliseconds; 0 yields once to the event loop. */
  jobMs: z.number(),
  /** How long a slow job waits, and the share of slow jobs. */
  slowMs: z.number().default(0),
  slowShare: z.number().default(0),
  /** The longest time to measure; of a longer drain only the first part is measured. */
  maxSeconds: z.number(),
});
export type Workload = z.infer<typeof workloadSchema>;

/** One job. `sequence` counts within its group. */
export const jobSchema = z.object({ group: z.string(), sequence: z.number(), ms: z.number() });
export type BenchJob = z.infer<typeof jobSchema>;

/** The job kind under which our worker runs these jobs. */
export const benchKind = "bench";

/** Scatters the slow jobs evenly over messages and groups. The two numbers share no factor. */
const scatter = { step: 7919, of: 10_000 };

export const workloads: Workload[] = [
  { name: "noop-50", messages: 12_000, groups: 50, jobMs: 0 },
  { name: "noop-5000", messages: 12_000, groups: 5000, jobMs: 0 },
  // One at a time, whatever the slots are: what counts is how soon the next ten messages come.
  { name: "one-group", messages: 3000, groups: 1, jobMs: 0 },
  { name: "20ms-50", messages: 12_000, groups: 50, jobMs: 20 },
  {
    name: "slow-1pc",
    messages: 10_000,
    groups: 500,
    jobMs: 5,
    slowMs: 1000,
    slowShare: 0.01,
    maxSeconds: 4,
  },
].map((workload) => workloadSchema.parse({ maxSeconds: 1.5, ...workload }));

/** The messages of one run, one per group in turn. `run` makes job ids differ between runs. */
export function* messagesOf(workload: Workload, run: string): Generator<{ group: string; body: string }> {
  const enqueuedAt = new Date().toISOString();
  for (let index = 0; index < workload.messages; index += 1) {
    const group = `group-${index % workload.groups}`;
    const slow = (index * scatter.step) % scatter.of < workload.slowShare * scatter.of;
    const ms = slow ? workload.slowMs : workload.jobMs;
    const payload: BenchJob = { group, sequence: Math.floor(index / workload.groups), ms };
    const jobId = `${benchKind}/${run}-${index}`;
    const message = { v: 1, kind: benchKind, jobId, payload, enqueuedAt, traceId: `${run}-${index}` };
    yield { group, body: JSON.stringify(message) };
  }
}
