// A recorded event of a trigger, and what must come of it.
import type { TriggerName } from "../../../../triggers/catalog/event-sources.ts";
import type { JobKind } from "../../../../worker/jobs/catalog.ts";

/** An event for a trigger, and what must follow from it. */
export type Recorded = {
  trigger: TriggerName;
  what: string;
  event: unknown;
  /** Fields that the response must have, or the name of the error that the function must throw. */
  answers: Readonly<Record<string, unknown>> | { fails: string };
  /** What the body of an HTTP response must say. */
  says?: RegExp;
  /** Messages that must arrive, by kind. No others may. */
  arrives?: Readonly<Partial<Record<JobKind, number>>>;
};
