// Who makes a job of an event: the catalog's subscriptions, each definition of an unknown payload until it is checked.
import { catalog } from "../../../worker/jobs/catalog.ts";
import type { JobDefinition } from "../../../worker/jobs/define-job.ts";

/** The definitions of the kinds that are subscribed to an event. */
export function subscribersOf(event: string): JobDefinition<string, unknown>[] {
  const definitions = Object.values(catalog) as unknown as JobDefinition<string, unknown>[];
  return definitions.filter(({ subscription }) => subscription?.event === event);
}
