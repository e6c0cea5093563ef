// What a criterion is: a pure function from a change to the jobs that follow from it.
import type { Enqueue } from "../../worker/engine/enqueue/enqueue.ts";
import type { JobDefinition } from "../../worker/engine/job/define-job.ts";
import type { OutboxRow } from "../../worker/jobs/outbox/outbox-row.ts";
import type { Change, ChangedTable } from "./change.ts";

/** A job to enqueue, or a row of the outbox to relay. */
export type FollowUp =
  | { type: "job"; kind: string; payload: unknown; send: (enqueue: Enqueue) => Promise<unknown> }
  | { type: "relay"; row: OutboxRow };

/** Returns what follows from a change; nothing if the change does not match. Throws for an item that it cannot read. */
export type Criterion = (change: Change) => readonly FollowUp[];

/** A criterion with its name for the log and its table. */
export type NamedCriterion = { name: string; table: ChangedTable; follows: Criterion };

/** A job as a follow-up. The payload of another kind is a type error. */
export function follow<Payload>(job: JobDefinition<string, Payload>, payload: Payload): FollowUp {
  return { type: "job", kind: job.kind, payload, send: (enqueue) => enqueue(job, payload) };
}
