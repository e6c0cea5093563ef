// The row of a submission and the row that reserves its reference, as jobs write them. The id follows from the content of
// the mail, so a mail that arrives several times has one row.
import { createHash } from "node:crypto";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { PayloadOf } from "../../../engine/job/define-job.ts";
import type { ComputedEffects, JobContext } from "../../../engine/job/handler.ts";
import { FleetError } from "../../../fleet/errors.ts";
import { type SubmissionAnswers, withheldMark } from "../answers/answers.ts";
import { signsInWords } from "../answers/judge.ts";
import { planAnswers } from "../answers/plan-answers.ts";
import type { MailSettings } from "../answers/settings.ts";
import type { Sign } from "../answers/signs.ts";
import type { MailFacts } from "./child/contract.ts";
import type { ProducedPart } from "./decode-mail.ts";
import type { parseMail } from "./job.ts";
import { type Listing, listingKey } from "./listing.ts";
import { referenceOf } from "./reference.ts";

export type MailPayload = PayloadOf<typeof parseMail>;

/** Another job has written the submission or taken its reference in the meantime. The next run reads again. */
export class SubmissionChanged extends FleetError {}

/** The id of a submission: a hash of the mail's content. Two mails with the same content are one submission. */
export function submissionIdOf(facts: MailFacts, parts: readonly ProducedPart[]): string {
  const { from, messageId, date, subject } = facts;
  // What was found in a part follows from the part.
  const given = parts.filter(({ within }) => within === undefined);
  const content = given.map(({ role, name, sha256 }) => [role, name, sha256]);
  const all = JSON.stringify([from?.address, messageId, date, subject, content]);
  return createHash("sha256").update(all).digest("hex").slice(0, 32);
}

const known = z.object({ id: z.string(), reference: z.string(), parts: z.array(z.unknown()) });

/** A submission that exists already. */
export type KnownSubmission = z.infer<typeof known>;

/** The submission of this id or, if there is none, a reference that is free for it. */
export type SubmissionPlace = { known: KnownSubmission } | { reference: string };

/**
 * Looks a submission up. A new one takes a single read: its first reference is taken together with it, so that a free one says that
 * there is none. Should another submission have held it then, the commit is refused, and the next run reads both.
 * @throws SubmissionChanged when every reference is taken
 */
export async function placeOf(id: string, context: JobContext): Promise<SubmissionPlace> {
  const first = referenceOf(id);
  const isFree = (await read(referenceRowId(first), context)) === undefined;
  if (isFree && !context.repeated) return { reference: first };
  const item = await read(id, context);
  if (item !== undefined) return { known: known.parse(item) };
  return { reference: isFree ? first : await nextReference(id, context) };
}

async function read(id: string, { db, names, signal }: JobContext) {
  const get = new GetCommand({ TableName: names.tables.submissions, Key: { id }, ConsistentRead: true });
  return (await db.send(get, { abortSignal: signal })).Item;
}

const referenceRowId = (reference: string) => `reference/${reference}`;
const maxCollisions = 20;

/** Finds a reference after the first that no other submission has. */
async function nextReference(id: string, context: JobContext): Promise<string> {
  for (let collisions = 1; collisions < maxCollisions; collisions += 1) {
    const reference = referenceOf(id, collisions);
    if ((await read(referenceRowId(reference), context)) === undefined) return reference;
  }
  throw new SubmissionChanged(`no free reference in ${maxCollisions} tries`);
}

/** A parsed mail. */
export type Parsed = {
  id: string;
  reference: string;
  facts: MailFacts;
  listing: Listing;
};

/** Writes the submission as `unread` with its reference and its answers. None of the rows may exist yet. */
export function submissionEffects(
  payload: MailPayload,
  parsed: Parsed,
  context: JobContext,
  settings: MailSettings | undefined,
): ComputedEffects {
  const { id, reference } = parsed;
  const TableName = context.names.tables.submissions;
  const ConditionExpression = "attribute_not_exists(id)";
  const owner = { id: referenceRowId(reference), submissionId: id };
  return async (refused) => {
    if (refused === 0 || refused === 1)
      throw new SubmissionChanged("another job wrote the submission in the meantime");
    const { answers, doubts, effects } = await planAnswers(
      { ...parsed, receipt: payload.receipt, settings },
      context,
    );
    const Item = submissionItem(payload, parsed, { ...answers, ...markOf(doubts) }, context);
    return [
      { Put: { TableName, Item, ConditionExpression } },
      { Put: { TableName, Item: owner, ConditionExpression } },
      ...effects,
    ];
  };
}

/** Marks a submission whose answer is withheld on doubt. */
function markOf(doubts: Sign[] | undefined) {
  return doubts === undefined ? {} : { reason: `${withheldMark}: ${signsInWords(doubts)}`, signs: doubts };
}

function submissionItem(
  payload: MailPayload,
  { id, reference, facts, listing }: Parsed,
  decided: SubmissionAnswers & { reason?: string; signs?: Sign[] },
  context: JobContext,
) {
  return {
    id,
    reference,
    state: "unread",
    author: facts.from?.address,
    authorName: facts.from?.name,
    subject: facts.subject,
    facts: listing.facts,
    bucket: context.names.buckets.parts,
    parts: listing.parts,
    /** Facts and parts in full, where the row has no room for them. */
    listing: listing.whole && { key: listingKey(id), bytes: listing.whole.length },
    ...decided,
    ...origin(payload, context),
  };
}

/** Where the mail came from, and when. */
function origin(payload: MailPayload, { jobId, enqueuedAt, now }: JobContext) {
  const { bucket, key, versionId, receipt } = payload;
  return {
    // Always the same format: the index sorts by it.
    receivedAt: new Date(receipt?.timestamp ?? enqueuedAt).toISOString(),
    receipt,
    raw: { bucket, key, versionId },
    createdAt: new Date(now()).toISOString(),
    writtenBy: jobId,
  };
}

/**
 * Writes the refusal of a mail. The same bytes get the same row.
 * @param identity identifies the mail: the hash of its bytes, or its place when the bytes were not read
 */
export function refusalEffects(
  payload: MailPayload,
  identity: string,
  { code, reason }: { code: string; reason: string },
  context: JobContext,
) {
  const id = `refused/${createHash("sha256").update(identity).digest("hex").slice(0, 32)}`;
  const Item = { id, state: "refused", code, reason, ...origin(payload, context) };
  return [{ Put: { TableName: context.names.tables.submissions, Item } }];
}
