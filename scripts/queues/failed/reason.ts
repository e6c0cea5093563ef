// Why a record could not be processed, found by evaluating the criteria again. They are pure: a record they cannot read
// fails the same way every time, and a record they can read failed for a reason that may have passed.

import { readRecord } from "../../../triggers/record-changed/change.ts";
import { criteria } from "../../../triggers/record-changed/criteria.ts";
import { readFollowUp } from "../../../triggers/shared/outbox-relay.ts";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import { catalog } from "../../../worker/jobs/catalog.ts";

/** The reason, or undefined for a record that can be processed now. */
export function reasonOf(record: unknown, tables: ResourceNames["tables"]): string | undefined {
  try {
    const { table, change } = readRecord(record, tables);
    const followUps = criteria
      .filter((criterion) => criterion.table === table)
      .flatMap(({ follows }) => follows(change));
    for (const followUp of followUps) if (followUp.type === "relay") readFollowUp(catalog, followUp.row);
    return undefined;
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return text.replace(/\s+/g, " ");
  }
}
