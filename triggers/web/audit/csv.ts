// The audit as CSV for a spreadsheet. Text that a spreadsheet would take for a formula is made harmless.
import { stringify } from "csv-stringify/sync";
import { type AuditRow, auditTime } from "../../../worker/jobs/files/rows/audit-row.ts";
import { rawDetailsText } from "./words.ts";

const header = ["time", "action", "actor", "actor name", "owner", "file id", "file name", "details"];

/** CSV with a header, in UTF-8 with the mark by which spreadsheets recognise it. */
export function auditCsv(entries: readonly AuditRow[]): string {
  const lines = entries.map((entry) => [
    auditTime(entry),
    entry.action,
    entry.actor,
    entry.actorName,
    entry.owner ?? "",
    entry.fileId ?? "",
    entry.fileName ?? "",
    rawDetailsText(entry),
  ]);
  return stringify([header, ...lines], { bom: true, escape_formulas: true, record_delimiter: "windows" });
}
