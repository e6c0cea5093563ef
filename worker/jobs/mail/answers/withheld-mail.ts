// The editor's one mail a day about submissions whose answer is withheld on doubt. The first of a day plans it for the day's
// end, so that it tells of all of them.
import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Effect, JobContext } from "../../../engine/job/handler.ts";
import { withheldMark } from "./answers.ts";
import { outgoingMailId } from "./outgoing-mail.ts";
import { planMail } from "./plan-mail.ts";
import type { MailSettings } from "./settings.ts";

const daySeconds = 24 * 60 * 60;

/** The index of submissions lags behind the table, and a job that began before the day's end may commit after it. */
const mostLagSeconds = 180;

/** Plans the mail of this day, unless another submission has. Without an editor there is none. */
export async function planWithheldMail(
  settings: MailSettings | undefined,
  context: JobContext,
): Promise<Effect[]> {
  if (settings?.editor === undefined) return [];
  const gatheredMs = (settings.withheldSeconds ?? daySeconds) * 1000;
  const beganAt = Math.floor(context.now() / gatheredMs) * gatheredMs;
  const reference = new Date(beganAt).toISOString();
  const submissionId = `withheld/${reference}`;
  if (await isPlanned(outgoingMailId(submissionId, "withheld"), context)) return [];
  const lagMs = Math.min(mostLagSeconds * 1000, gatheredMs);
  const mail = { purpose: "withheld", submissionId, reference, to: settings.editor } as const;
  return planMail(mail, context, beganAt + gatheredMs + lagMs);
}

async function isPlanned(id: string, { db, names, signal }: JobContext): Promise<boolean> {
  const get = new GetCommand({ TableName: names.tables.outgoingMails, Key: { id }, ConsistentRead: true });
  return (await db.send(get, { abortSignal: signal })).Item !== undefined;
}

const entry = z.object({
  reference: z.string().optional(),
  receivedAt: z.string(),
  author: z.string().optional(),
  subject: z.string().optional(),
  reason: z.string().optional(),
});

/** A submission that waits for somebody to look, as the mail shows it. */
export type WithheldEntry = z.infer<typeof entry>;

/** Those that nobody has looked at: the oldest ones, and how many there are. */
export type WithheldSubmissions = { count: number; oldest: WithheldEntry[] };

/** Submissions that one mail lists. */
const mostListed = 50;

/** Reads the unread submissions whose answer is withheld on doubt. */
export async function readWithheld({
  db,
  names,
  signal,
}: Pick<JobContext, "db" | "names" | "signal">): Promise<WithheldSubmissions> {
  const found: WithheldSubmissions = { count: 0, oldest: [] };
  let after: Record<string, unknown> | undefined;
  do {
    const query = new QueryCommand({
      TableName: names.tables.submissions,
      IndexName: "byState",
      KeyConditionExpression: "#state = :unread",
      FilterExpression: "begins_with(reason, :mark)",
      ExpressionAttributeNames: { "#state": "state" },
      ExpressionAttributeValues: { ":unread": "unread", ":mark": withheldMark },
      ExclusiveStartKey: after,
    });
    const page = await db.send(query, { abortSignal: signal });
    const items = page.Items ?? [];
    found.count += items.length;
    found.oldest.push(...items.slice(0, mostListed - found.oldest.length).map((item) => entry.parse(item)));
    after = page.LastEvaluatedKey;
  } while (after !== undefined);
  return found;
}
