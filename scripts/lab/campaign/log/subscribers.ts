// Which job kinds make a job of an event, by the catalog's subscriptions. Payload types are unknown until checked.

import type { JobDefinition } from "../../../../worker/engine/job/define-job.ts";
import { catalog } from "../../../../worker/jobs/catalog.ts";

type Definition = JobDefinition<string, unknown>;

/** The definitions of the kinds that subscribe to an event. */
export function subscribersOf(event: string): Definition[] {
  const definitions = Object.values(catalog) as unknown as Definition[];
  return definitions.filter(({ subscription }) => subscription?.event === event);
}

/** Those of them whose filter policy lets an event with these attributes through. */
export function matchingSubscribers(
  event: string,
  attributes: Readonly<Record<string, string>>,
): Definition[] {
  const given: Readonly<Record<string, string>> = { event, ...attributes };
  return subscribersOf(event).filter(({ subscription }) =>
    Object.entries(subscription?.filterPolicy ?? {}).every(([name, values]) =>
      values.includes(given[name] ?? ""),
    ),
  );
}
