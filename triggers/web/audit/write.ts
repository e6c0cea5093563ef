// Writes to the audit: a row to put into an action's own transaction, or on its own before an answer that only reads.
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { type AuditedAction, auditRow } from "../../../worker/jobs/files/rows/audit-row.ts";
import type { WebDependencies } from "../dependencies.ts";

type Stores = Pick<WebDependencies, "names" | "now" | "random">;

/** The put of an action's row, for a transaction. */
export function auditPut({ names, now, random }: Stores, action: AuditedAction) {
  return { TableName: names.tables.audit, Item: auditRow(action, now(), random(9).toString("base64url")) };
}

/** Writes the row of an action that changes nothing else. */
export async function audit(
  stores: Stores & Pick<WebDependencies, "db">,
  action: AuditedAction,
): Promise<void> {
  await stores.db.send(new PutCommand(auditPut(stores, action)));
}
