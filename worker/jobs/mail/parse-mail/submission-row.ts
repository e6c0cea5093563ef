// The row of a submission and the row that holds its reference, as jobs write them. The same mail, however often and by
// whatever way it comes, has the same id, so that it has one row.
import { createHash } from "node:crypto";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { PayloadOf } from "../../../engine/job/define-job.ts";
import type { ComputedEffects, JobContext } from "../../../engine/job/handler.ts";
import { FleetError } from "../../../fleet/errors.ts";
import type { SubmissionAnswers } from "../answers/answers.ts";
import { planAnswers } from "../answers/plan-answers.ts";
import type { MailFacts } from "./decode-contract.ts";
import type { ProducedPart } from "./decode-mail.ts";
import type { parseMail } from "./job.ts";
import { cut } from "./part-name.ts";
import { referenceOf } from "./reference.ts";

export type MailPayload = PayloadOf<typeof parseMail>;

/** Somebody else has written the submission or taken its reference meanwhile; the next attempt looks again. */
export class SubmissionChanged extends FleetError {}

/** What a mail holds; two with the same are one. */
export function submissionIdOf(facts: MailFacts, parts: readonly ProducedPart[]): string {
  const { from, messageId, date, subject } = facts;
  const content = parts.map(({ role, name, sha256 }) => [role, name, sha256]);
  const all = JSON.stringify([from?.address, messageId, date, subject, content]);
  return createHash("sha256").update(all).digest("hex").slice(0, 32);
}

const known = z.object({ id: z.string(), reference: z.string(), parts: z.array(z.unknown()) });

/** A submission that is there already. */
export type KnownSubmission = z.infer<typeof known>;

/** The submission of this id, if there is one. */
export async function readSubmission(id: string, context: JobContext): Promise<KnownSubmission | undefined> {
  const item = await read(id, context);
  return item && known.parse(item);
}

async function read(id: string, { db, names, signal }: JobContext) {
  const get = new GetCommand({ TableName: names.tables.submissions, Key: { id }, ConsistentRead: true });
  return (await db.send(get, { abortSignal: signal })).Item;
}

const referenceRowId = (reference: string) => `reference/${reference}`;
const mostCollisions = 20;

/** A reference nobody else has. */
export async function freeReference(id: string, context: JobContext): Promise<string> {
  for (let collisions = 0; collisions < mostCollisions; collisions += 1) {
    const reference = referenceOf(id, collisions);
    if ((await read(referenceRowId(reference), context)) === undefined) return reference;
  }
  throw new SubmissionChanged(`no free reference in ${mostCollisions} tries`);
}

/** Where a part lies: nothing in its key was chosen by the sender. `n` counts from 1. */
export const partKey = (submissionId: string, n: number): string => `submissions/${submissionId}/${n}`;

/** All names of a row together, so that a row is far from DynamoDB's 400 KB. */
const namesBytes = 60 * 1024;

/** What a run has to tell. */
export type Parsed = { id: string; reference: string; facts: MailFacts; parts: readonly ProducedPart[] };

/** Writes the submission, `unread`, its reference and its answers; none may be there yet. */
export function submissionEffects(
  payload: MailPayload,
  parsed: Parsed,
  context: JobContext,
): ComputedEffects {
  const { id, reference } = parsed;
  const TableName = context.names.tables.submissions;
  const ConditionExpression = "attribute_not_exists(id)";
  const owner = { id: referenceRowId(reference), submissionId: id };
  return async (refused) => {
    if (refused === 0 || refused === 1) throw new SubmissionChanged("the submission was written meanwhile");
    const { answers, effects } = await planAnswers({ ...parsed, receipt: payload.receipt }, context);
    const Item = submissionItem(payload, parsed, answers, context);
    return [
      { Put: { TableName, Item, ConditionExpression } },
      { Put: { TableName, Item: owner, ConditionExpression } },
      ...effects,
    ];
  };
}

function submissionItem(
  payload: MailPayload,
  { id, reference, facts, parts }: Parsed,
  answers: SubmissionAnswers,
  context: JobContext,
) {
  const nameBytes = Math.floor(namesBytes / Math.max(1, parts.length));
  return {
    id,
    reference,
    state: "unread",
    author: facts.from?.address,
    authorName: facts.from?.name,
    subject: facts.subject,
    facts,
    bucket: context.names.buckets.parts,
    parts: parts.map(({ role, contentType, bytes, name, contentId, derived, problem, sha256 }, index) => ({
      n: index + 1,
      key: partKey(id, index + 1),
      role,
      contentType,
      bytes,
      sha256,
      name: name === undefined ? undefined : cut(name, nameBytes),
      contentId,
      derived,
      problem,
    })),
    ...answers,
    ...origin(payload, context),
  };
}

/** Where the mail came from and when. */
function origin(payload: MailPayload, { jobId, enqueuedAt, now }: JobContext) {
  const { bucket, key, versionId, receipt } = payload;
  return {
    // In one form, so that the index sorts by it.
    receivedAt: new Date(receipt?.timestamp ?? enqueuedAt).toISOString(),
    receipt,
    raw: { bucket, key, versionId },
    createdAt: new Date(now()).toISOString(),
    writtenBy: jobId,
  };
}

/**
 * Writes the refusal of a mail. The same bytes have the same row.
 * @param identity what tells the mail from others: the hash of its bytes, or where it lies
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
