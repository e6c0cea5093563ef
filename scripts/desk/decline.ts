// Declines submissions with a mail to their authors. The state and the mail are one transaction: no author is told of a decision that
// was not taken, and none is told twice. A mail goes only where the confirmation went, or would have gone: to an address that the
// receiving side vouches for.
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { batchGet } from "../../triggers/shared/batch-get.ts";
import type { ResourceNames } from "../../worker/fleet/resources.ts";
import { addressHash, usableAddress } from "../../worker/jobs/mail/answers/address.ts";
import { submissionAnswers, withheldInWords } from "../../worker/jobs/mail/answers/answers.ts";
import {
  type DeclineTemplate,
  type OutgoingMail,
  outgoingMailId,
  outgoingMailSchema,
} from "../../worker/jobs/mail/answers/outgoing-mail.ts";
import { planMail } from "../../worker/jobs/mail/answers/plan-mail.ts";
import { type Acting, changeState } from "./change-state.ts";
import { readStory, type Story } from "./story.ts";

/** The desk's tables. */
export type DeclineDesk = { db: DynamoDBDocumentClient; names: ResourceNames };

/** A submission to decline: the address for its mail, or why its author gets none. */
export type Declinable = { story: Story; to: string } | { story: Story; to?: undefined; why: string };

const rowSchema = submissionAnswers.extend({ receipt: z.object({ source: z.string() }).optional() });

/** Mails whose address turned out not to take any. */
const refusedStates = ["rejected", "suppressed"];

type Rows = ReadonlyMap<string, Record<string, unknown>>;

/** Reads submissions and where their authors can be written to: three reads for up to fifty. Unknown ids are left out. */
export async function readDeclinable(desk: DeclineDesk, ids: readonly string[]): Promise<Declinable[]> {
  const { submissions, outgoingMails, correspondents } = desk.names.tables;
  const found = await rowsOf(desk, submissions, ids);
  const mailIds = [...found.keys()].flatMap((id) => [confirmationOf(id), declinedMailOf(id)]);
  const mails = await rowsOf(desk, outgoingMails, mailIds);
  const planned = ids.flatMap((id) => {
    const row = found.get(id);
    return row === undefined ? [] : [addressed(readStory(row), row, mails)];
  });
  const hashes = planned.flatMap(({ to }) => (to === undefined ? [] : [addressHash(to)]));
  const known = await rowsOf(desk, correspondents, [...new Set(hashes)]);
  return planned.map((each) =>
    each.to !== undefined && known.get(addressHash(each.to))?.suppressedAt !== undefined
      ? { story: each.story, why: withheldInWords("suppressed") }
      : each,
  );
}

const confirmationOf = (id: string) => outgoingMailId(id, "confirmation");
const declinedMailOf = (id: string) => outgoingMailId(id, "declined");

async function rowsOf({ db }: DeclineDesk, table: string, ids: readonly string[]): Promise<Rows> {
  const { [table]: rows = [] } = await batchGet(db, { [table]: ids.map((id) => ({ id })) });
  return new Map(rows.map((row) => [String((row as { id: unknown }).id), row as Record<string, unknown>]));
}

function addressed(story: Story, row: unknown, mails: Rows): Declinable {
  if (mails.has(declinedMailOf(story.id))) return { story, why: "Its author has been written to already." };
  const { confirmation, receipt } = rowSchema.parse(row);
  if (confirmation === undefined) return { story, why: "No answer was decided on when it came." };
  if (confirmation.decision === "withheld") {
    const vouched = confirmation.why === "answered-lately" ? usableAddress(receipt?.source ?? "") : undefined;
    return vouched === undefined ? { story, why: withheldInWords(confirmation.why) } : { story, to: vouched };
  }
  const mail = outgoingMailSchema.safeParse(mails.get(confirmation.mailId)).data;
  if (mail === undefined) return { story, why: "Its confirmation is not on record." };
  return refusedStates.includes(mail.state)
    ? { story, why: "Its confirmation could not be delivered." }
    : { story, to: mail.to };
}

/** True for a submission that this editor may decline. */
export const isOpen = ({ story: { state, editor } }: Declinable, me: string): boolean =>
  state === "unread" || (state === "reading" && editor === me);

/**
 * Declines one that is unread or read by this editor, and plans its mail where there is a template and an address. One that is
 * unread is taken first, as at the desk. Resolves to the mail's id.
 * @throws NotYours
 */
export async function decline(
  { db, names }: DeclineDesk,
  { story, to }: Declinable,
  template: DeclineTemplate | undefined,
  acting: Acting,
): Promise<OutgoingMail["id"] | undefined> {
  const pile = { db, table: names.tables.submissions };
  const how = { takeOver: false, reopen: false };
  const read = story.state === "unread" ? await changeState(pile, story, "reading", acting, how) : story;
  if (template === undefined || to === undefined) {
    await changeState(pile, read, "declined", acting, how);
    return undefined;
  }
  const id = declinedMailOf(story.id);
  const reference = story.reference ?? story.id;
  const jobId = `desk/decline-${id}`;
  const mail = { purpose: "declined", submissionId: story.id, reference, to, template } as const;
  const also = planMail(mail, { names, jobId, traceId: jobId, now: acting.now });
  await changeState(pile, read, "declined", acting, how, also);
  return id;
}
