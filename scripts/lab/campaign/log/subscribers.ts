// Who makes a job of an event: the catalog's subscriptions, each definition of an unknown payload until it is checked.

import type { JobDefinition } from "../../../../worker/engine/job/define-job.ts";
import { catalog } from "../../../../worker/jobs/catalog.ts";

type Definition = JobDefinition<string, unknown>;

/** The definitions of the kinds that are subscribed to an event. */
export function subscribersOf(event: string): Definition[] {
  const definitions = Object.values(catalog) as unknown as Definition[];
  return definitions.filter(({ subscription }) => subscription?.event === event);
}

/** Of these, the ones whose filter policy lets an event with such attributes through. */
export function hearersOf(event: string, attributes: Readonly<Record<string, string>>): Definition[] {
  const given: Readonly<Record<string, string>> = { event, ...attributes };
  return subscribersOf(event).filter(({ subscription }) =>
    Object.entries(subscription?.filterPolicy ?? {}).every(([name, values]) =>
      values.includes(given[name] ?? ""),
    ),
  );
}
