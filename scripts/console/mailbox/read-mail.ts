// Parses a sent mail to show it. Any program on this machine may have written it, so it is read within limits and shown
// as text only.
import type { SentMail } from "./sent-mail.ts";

/** A mail as the page shows it, all in plain text. */
export type ReadableMail = {
  messageId: string;
  sentAt: string;
  from: string;
  to: string;
  subject: string;
  /** The header lines, unfolded. */
  headers: readonly (readonly [string, string])[];
  text: string;
  /** The HTML body's source. */
  html: string;
  attachments: readonly { name: string; contentType: string; bytes: number }[];
  bytes: number;
};

/** Larger mails are not parsed; they can be saved. */
const readBytes = 1024 * 1024;
/** How many characters of a body are shown. */
const shownLength = 100_000;
const tooLarge = "The mail is too large to show. You can save it below.";

const settings = {
  maxHtmlLengthToParse: 0,
  skipHtmlToText: true,
  skipTextToHtml: true,
  skipTextLinks: true,
  skipImageLinks: true,
};

const read = new WeakMap<SentMail, Promise<ReadableMail>>();

/** Parses a mail once. A mail that cannot be parsed is shown with its envelope. */
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
    // Loaded with the first mail that somebody looks at: its hundred files would delay every start.
    const { simpleParser } = await import("mailparser");
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
