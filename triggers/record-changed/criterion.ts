// What a criterion is: a pure function from a change to the jobs that follow from it.

import type { Enqueue } from "../../worker/engine/enqueue/enqueue.ts";
import type { JobDefinition } from "../../worker/engine/job/define-job.ts";
import type { OutboxRow } from "../../worker/jobs/outbox/outbox-row.ts";
import type { Change, ChangedTable } from "./change.ts";

/** A job that follows from a change, or a row of the outbox to relay. */
export type FollowUp =
  | { type: "job"; kind: string; payload: unknown; send: (enqueue: Enqueue) => Promise<unknown> }
  | { type: "relay"; row: OutboxRow };

/** Says what follows from a change; nothing for a change that does not match. Throws for an item it cannot read. */
export type Criterion = (change: Change) => readonly FollowUp[];

/** A line of the table of criteria. */
export type NamedCriterion = { name: string; table: ChangedTable; follows: Criterion };

/** The job as a follow-up; a payload of another kind is a type error. */
export function follow<Payload>(job: JobDefinition<string, Payload>, payload: Payload): FollowUp {
  return { type: "job", kind: job.kind, payload, send: (enqueue) => enqueue(job, payload) };
}
