// A submission as the desk reads it from its row, found by its reference or by its state in order of arrival.
import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { FleetError } from "../../worker/fleet/errors.ts";
import { withheldMark } from "../../worker/jobs/mail/answers/answers.ts";
import { type RowState, rowStates } from "./states.ts";

const text = z.string().optional();

const entry = z.object({
  reference: text,
  id: z.string(),
  state: z.enum(rowStates),
  /** ISO 8601: when the mail was received. */
  receivedAt: z.string(),
  author: text,
  authorName: text,
  subject: text,
  /** The editor who is reading it or decided it. */
  editor: text,
  /** Why the mail could not be read, or why its answer was withheld on doubt. */
  reason: text,
});

const part = z.object({
  n: z.number().int().positive(),
  key: z.string(),
  role: z.enum(["text", "html", "attachment"]),
  contentType: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  name: text,
  contentId: text,
  /** Number of the part that this one was found in. */
  within: z.number().int().positive().optional(),
  /** It was in a signed container whose signature nobody has checked. */
  unchecked: z.boolean().optional(),
  derived: z.boolean().optional(),
  problem: text,
});

const change = z.object({
  from: z.enum(rowStates),
  to: z.enum(rowStates),
  by: z.string(),
  /** ISO 8601. */
  at: z.string(),
  /** Distinguishes our own change, whose answer was lost, from another editor's. */
  token: z.string(),
});

const story = entry.extend({
  facts: z
    .object({
      recipients: z.array(z.string()).optional(),
      /** How many the mail names, when not all are kept. */
      recipientCount: z.number().optional(),
    })
    .optional(),
  bucket: z.string().optional(),
  /** The job that wrote it. */
  writtenBy: text,
  parts: z.array(part).default([]),
  history: z.array(change).default([]),
});

/** A submission in a list. */
export type Entry = z.infer<typeof entry>;

/** A submission with its parts and its history. */
export type Story = z.infer<typeof story>;

export type Part = z.infer<typeof part>;

export type Change = z.infer<typeof change>;

/** The submissions of a fleet. */
export type Pile = { db: DynamoDBDocumentClient; table: string };

/** There is no submission of that name. */
export class NoSuchStory extends FleetError {}

/** Whether a story's answer was withheld on doubt, so that a person should look. */
export const isWithheld = ({ reason }: Pick<Entry, "reason">): boolean =>
  reason?.startsWith(withheldMark) === true;

/** Reads a row of the table. */
export const readStory = (item: unknown): Story => story.parse(item);

/** Reads an item of the index by state. */
export const readEntry = (item: unknown): Entry => entry.parse(item);

/** @throws NoSuchStory */
export async function findStory({ db, table }: Pile, name: StoryName): Promise<Story> {
  const read = async (id: string) =>
    (await db.send(new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true }))).Item;
  const id = "id" in name ? name.id : (await read(`reference/${name.reference}`))?.submissionId;
  const item = typeof id === "string" ? await read(id) : undefined;
  if (item === undefined)
    throw new NoSuchStory(`there is no story ${"id" in name ? name.id : name.reference}`);
  return readStory(item);
}

/** How a person names a submission. */
export type StoryName = { reference: string } | { id: string };

/**
 * Reads a reference in any spelling: small letters, without the dash, O for 0, I or L for 1. Also reads an id, as
 * `list --json` prints it. Undefined for anything else.
 */
export function storyNameOf(typed: string): StoryName | undefined {
  if (/^(refused\/)?[0-9a-f]{32}$/.test(typed)) return { id: typed };
  const letters = typed.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
  if (!/^[0-9A-HJKMNP-TV-Z]{8}$/.test(letters)) return undefined;
  return { reference: `${letters.slice(0, 4)}-${letters.slice(4)}` };
}

const query = (table: string, state: RowState, withheldOnly = false) => ({
  TableName: table,
  IndexName: "byState",
  KeyConditionExpression: "#state = :state",
  ...(withheldOnly && { FilterExpression: "begins_with(reason, :mark)" }),
  ExpressionAttributeNames: { "#state": "state" },
  ExpressionAttributeValues: { ":state": state, ...(withheldOnly && { ":mark": withheldMark }) },
});

/**
 * The submissions in a state, the oldest first. The index lags a moment behind the table.
 * @param withheldOnly only those whose answer was withheld on doubt
 */
export async function* entriesIn(
  { db, table }: Pile,
  state: RowState,
  withheldOnly = false,
): AsyncGenerator<Entry> {
  let after: Record<string, unknown> | undefined;
  do {
    const page = await db.send(
      new QueryCommand({ ...query(table, state, withheldOnly), Limit: 100, ExclusiveStartKey: after }),
    );
    for (const item of page.Items ?? []) yield entry.parse(item);
    after = page.LastEvaluatedKey;
  } while (after !== undefined);
}

/** The number of submissions in a state. Reads all their entries in the index. */
export async function countIn({ db, table }: Pile, state: RowState): Promise<number> {
  let count = 0;
  let after: Record<string, unknown> | undefined;
  do {
    const ask = new QueryCommand({ ...query(table, state), Select: "COUNT", ExclusiveStartKey: after });
    const page = await db.send(ask);
    count += page.Count ?? 0;
    after = page.LastEvaluatedKey;
  } while (after !== undefined);
  return count;
}
