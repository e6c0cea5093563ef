// The audit of what operators do, by command or in the console: a row before the action, completed with its outcome afterwards, so that no action is without one.
import { randomBytes } from "node:crypto";
import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import {
  type AuditAction,
  type AuditRow,
  auditRow,
  auditRowSchema,
} from "../../../worker/jobs/files/rows/audit-row.ts";

/** Small facts about an action. */
export type AuditFacts = Readonly<Record<string, string | number>>;

/** Who acts in which fleet. */
export type Acting = { db: DynamoDBDocumentClient; names: ResourceNames; by: string; now: () => number };

/** All operators are one actor, so that what they did is one list; the row's name says who. */
const actor = "operator";

/** Entries that the console shows. */
const shownEntries = 50;

/** Runs an action between its audit row and the row's completion, which has the facts that it resolves to as well. */
export async function recorded<Done extends { facts: AuditFacts }>(
  { db, names, by, now }: Acting,
  { action, facts }: { action: AuditAction; facts: AuditFacts },
  run: () => Promise<Done>,
): Promise<Done> {
  const begun = { action, actor, actorName: by, details: { ...facts, outcome: "begun" } };
  const row = auditRow(begun, now(), randomBytes(9).toString("base64url"));
  const put = (details: AuditRow["details"]) =>
    db.send(new PutCommand({ TableName: names.tables.audit, Item: { ...row, details } }));
  await put(row.details);
  try {
    const done = await run();
    await put({ ...facts, ...done.facts, outcome: "done" });
    return done;
  } catch (error) {
    const why = error instanceof Error ? error.message.slice(0, 200) : "unknown";
    await put({ ...facts, outcome: "failed", why });
    throw error;
  }
}

/** What operators did last, the newest first. One read. */
export async function lastActions({ db, names }: Pick<Acting, "db" | "names">): Promise<AuditRow[]> {
  const { Items = [] } = await db.send(
    new QueryCommand({
      TableName: names.tables.audit,
      IndexName: "byActor",
      KeyConditionExpression: "actor = :actor",
      ExpressionAttributeValues: { ":actor": actor },
      ScanIndexForward: false,
      Limit: shownEntries,
    }),
  );
  return Items.map((item) => auditRowSchema.parse(item));
}
