// A sent mail taken apart to be looked at. Whoever speaks to the local SES may have written it, so it is read within
// bounds, and nothing of it is ever shown as anything but text.
import { simpleParser } from "mailparser";
import type { SentMail } from "../../ses/mailbox.ts";

/** A mail as the page shows it; every text is plain. */
export type ReadableMail = {
  messageId: string;
  sentAt: string;
  from: string;
  to: string;
  subject: string;
  /** Header lines as they stand, unfolded. */
  headers: readonly (readonly [string, string])[];
  text: string;
  /** The source of an HTML body. */
  html: string;
  attachments: readonly { name: string; contentType: string; bytes: number }[];
  bytes: number;
};

/** Larger mails are not taken apart: their bytes can be saved. */
const readBytes = 1024 * 1024;
/** As much of a body is shown. */
const shownLength = 100_000;
const tooLarge = "The mail is too large to be shown. Its bytes can be saved below.";

const settings = {
  maxHtmlLengthToParse: 0,
  skipHtmlToText: true,
  skipTextToHtml: true,
  skipTextLinks: true,
  skipImageLinks: true,
};

const read = new WeakMap<SentMail, Promise<ReadableMail>>();

/** Reads a mail, once. A mail that cannot be read is shown with its envelope. */
export function readMail(mail: SentMail): Promise<ReadableMail> {
  const known = read.get(mail) ?? parse(mail);
  read.set(mail, known);
  return known;
}

async function parse(mail: SentMail): Promise<ReadableMail> {
  const { messageId, from, to, raw } = mail;
  const envelope = {
    messageId,
    sentAt: new Date(mail.sentAt).toISOString(),
    from,
    to: to.join(", "),
    bytes: raw.length,
  };
  const unread = { subject: "(cannot be read)", headers: [], text: "", html: "", attachments: [] };
  if (raw.length > readBytes) return { ...envelope, ...unread, subject: "(large mail)", text: tooLarge };
  try {
    const parsed = await simpleParser(raw, settings);
    return {
      ...envelope,
      subject: parsed.subject || "(no subject)",
      headers: parsed.headerLines.map(({ line }) => headerOf(line)),
      text: (parsed.text ?? "").slice(0, shownLength),
      html: (parsed.html || "").slice(0, shownLength),
      attachments: parsed.attachments.map(({ filename, contentType, size }) => ({
        name: filename ?? "(no name)",
        contentType,
        bytes: size,
      })),
    };
  } catch {
    return { ...envelope, ...unread };
  }
}

function headerOf(line: string): readonly [string, string] {
  const colon = line.indexOf(":");
  const name = colon < 0 ? "" : line.slice(0, colon);
  return [
    name,
    line
      .slice(colon + 1)
      .replace(/\r?\n[ \t]+/g, " ")
      .trim(),
  ];
}
