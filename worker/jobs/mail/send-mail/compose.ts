// Composes the bytes of a mail. The only sender-controlled values in its header are the recipient's address and a
// Message-ID, both of a strict form. Other text of senders appears only in the notification's body, as plain lines.
import MailComposer from "nodemailer/lib/mail-composer";
import * as z from "zod";
import { FleetError } from "../../../fleet/errors.ts";
import { domainOf, usableAddress } from "../answers/address.ts";
import { submissionAnswers, withheldInWords } from "../answers/answers.ts";
import type { OutgoingMail } from "../answers/outgoing-mail.ts";
import type { MailSettings } from "../answers/settings.ts";
import type { WithheldSubmissions } from "../answers/withheld-mail.ts";
import { plainLine } from "../parse-mail/plain-line.ts";
import { declinedText } from "./declined.ts";
import { fillTemplate, type MailText } from "./template.ts";

/** The fields of a submission's row that a mail shows. */
const submission = submissionAnswers.extend({
  receivedAt: z.string(),
  author: z.string().optional(),
  authorName: z.string().optional(),
  subject: z.string().optional(),
  facts: z.object({ messageId: z.string().optional() }),
  parts: z.array(
    z.object({
      role: z.string(),
      contentType: z.string(),
      bytes: z.number(),
      name: z.string().optional(),
      problem: z.string().optional(),
    }),
  ),
});

export type Submission = z.infer<typeof submission>;

/** What a mail tells of: the submission that is answered, or those whose answer is withheld. */
export type About = { submission?: Submission; withheld?: WithheldSubmissions };

/** Reads these fields. @throws ZodError for anything that is not a submission's row */
export const readSubmissionRow = (item: unknown): Submission => submission.parse(item);

/** A msg-id without quotes, comments or folding (RFC 5322, 3.6.4) that fits into one header line. */
const messageIdForm = /^<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,200}@[A-Za-z0-9.-]{1,200}>$/;

/** The Message-ID if it has the strict form, otherwise undefined. */
export function strictMessageId(text: string | undefined): string | undefined {
  return text !== undefined && messageIdForm.test(text) ? text : undefined;
}

/** Parts that are listed one by one. */
const maxListedParts = 40;
const maxValueLength = 200;

/**
 * Composes the mail that goes to SES.
 * @param about what the mail tells of; nothing for a mail about a shared file
 * @throws RangeError for a recipient address that never gets mail, see `usableAddress`
 */
export function compose(
  mail: OutgoingMail,
  about: About,
  settings: MailSettings,
  nowMs: number,
): Promise<Buffer> {
  const to = usableAddress(mail.to);
  if (to === undefined) throw new RangeError("the recipient's address cannot be used");
  const { subject, text } = textOf(mail, about);
  const toAuthor = mail.purpose === "confirmation" || mail.purpose === "declined";
  const answered = toAuthor ? strictMessageId(about.submission?.facts.messageId) : undefined;
  const composer = new MailComposer({
    from: { name: "", address: settings.address },
    to: { name: "", address: to },
    subject,
    text,
    date: new Date(nowMs),
    // SES replaces it with its own.
    messageId: `<${mail.id}.${mail.round}@${domainOf(settings.address)}>`,
    ...(answered !== undefined && { inReplyTo: answered, references: [answered] }),
    headers: {
      // RFC 3834, 3.1.7: an automatic answer to a mail is `auto-replied`.
      "Auto-Submitted": mail.purpose === "confirmation" ? "auto-replied" : "auto-generated",
      "X-Auto-Response-Suppress": "All",
      "X-Fleet-Mail": `${mail.id}.${mail.round}`,
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}

/** A mail's row lacks what its template shows. */
export class NothingToSay extends FleetError {}

function textOf(
  { purpose, reference, sharedFile, template }: OutgoingMail,
  { submission: about, withheld }: About,
): MailText {
  if (purpose === "confirmation") return fillTemplate(purpose, { reference });
  if (purpose === "shared-file" && sharedFile !== undefined) {
    const { sender, fileName, until, address } = sharedFile;
    const values = { sender: line(sender), fileName: line(fileName), until: line(until), address };
    return fillTemplate(purpose, values);
  }
  if (purpose === "withheld" && withheld !== undefined) {
    const count = `${withheld.count} ${withheld.count === 1 ? "submission" : "submissions"}`;
    return fillTemplate(purpose, { count, submissions: withheldLines(withheld) });
  }
  if (about === undefined) throw new NothingToSay("the mail's row does not say what it is about");
  if (purpose === "declined") {
    if (template === undefined) throw new NothingToSay("the mail's row names no template");
    return declinedText(template, { reference, subject: about.subject });
  }
  return notificationText(reference, about);
}

function notificationText(reference: string, about: Submission): MailText {
  const { receivedAt, author, authorName, subject, confirmation, parts } = about;
  const name = line(authorName);
  return fillTemplate("notification", {
    reference,
    receivedAt: line(receivedAt),
    author: author === undefined ? "unknown" : [name, line(author)].filter((each) => each !== "").join(", "),
    subject: line(subject) || "(none)",
    answer: confirmation?.decision === "withheld" ? `none. ${withheldInWords(confirmation.why)}` : "planned",
    parts: partLines(parts),
  });
}

function withheldLines({ count, oldest }: WithheldSubmissions): string {
  const listed = oldest.map(({ reference, receivedAt, author, subject, reason }) =>
    [
      `  ${line(reference)}  ${line(receivedAt)}  ${line(author) || "unknown"}`,
      `    Subject: ${line(subject) || "(none)"}`,
      `    ${line(reason)}`,
    ].join("\n"),
  );
  const more = count > oldest.length ? [`  and ${count - oldest.length} more`] : [];
  return [...listed, ...more].join("\n") || "  (all have been looked at by now)";
}

const line = (text: string | undefined): string => plainLine(text, maxValueLength) ?? "";

function partLines(parts: Submission["parts"]): string {
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  const listed = parts.slice(0, maxListedParts).map(({ role, contentType, bytes, name, problem }, index) => {
    const about = [line(name), problem === undefined ? "" : `(${line(problem)})`].filter(
      (each) => each !== "",
    );
    return `  ${index + 1}. ${role}, ${sizeInWords(bytes)}, ${line(contentType)}${about.map((each) => `, ${each}`).join("")}`;
  });
  const more = parts.length > maxListedParts ? [`  and ${parts.length - maxListedParts} more`] : [];
  const heading = `${parts.length} ${parts.length === 1 ? "part" : "parts"}, ${sizeInWords(total)} in all:`;
  return [heading, ...listed, ...more].join("\n");
}

function sizeInWords(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KB`;
  return `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}
