// The contract of the task `parse-mail`: its input, its answer and the limits of a mail. Sandbox children load this file,
// so it holds only types and numbers. The worker checks answers with decode-answer-schema.ts.

/** The limits of a mail. A mail that exceeds one is refused with a reason that names it. */
export const mailLimits = {
  /** The largest mail that SES receives (SES quotas, "Maximum email size"). */
  bytes: 40 * 1024 ** 2,
  /** Applies to the mail's own header. A line counts for at least 64 bytes. */
  headerBytes: 256 * 1024,
  /** Applies to the header of each part. */
  partHeaderBytes: 64 * 1024,
  /** Nodes of the MIME tree, multiparts and what is in opened parts included. */
  nodes: 500,
  /** Multiparts in multiparts. */
  depth: 400,
  /** UTF-8 bytes of a part's name. */
  nameBytes: 255,
} as const;

/** parts: too many nodes. depth: multiparts nested too deep. header, part-header: too many bytes. */
export type Limit = "parts" | "depth" | "header" | "part-header";

/** The limits of what is inside of parts. A part beyond one is kept unopened and says so. */
export const insideLimits = {
  /** Messages in messages, and other parts that hold parts. */
  levels: 5,
  /** Bytes of all files that come out of parts together. */
  bytes: 64 * 1024 ** 2,
} as const;

export type DecodeInput = {
  /** The file with the untrusted bytes, in the run's directory. */
  file: string;
  /** Addresses that are kept among the recipients of a mail with too many. */
  ours?: readonly string[];
};

/** `text` and `html` are the bodies. Every other leaf is an `attachment`; a nested message is one attachment. */
export type PartRole = "text" | "html" | "attachment";

/** A part whose bytes are in a file of the run's directory. */
export type DecodedPart = {
  file: string;
  role: PartRole;
  /** Detected from the bytes if possible, otherwise as declared. */
  contentType: string;
  bytes: number;
  /** Sanitised text for people, never a path. */
  name?: string | undefined;
  /** The target of `cid:` references in the HTML body. */
  contentId?: string | undefined;
  /** The text was generated from the HTML body. */
  derived?: true | undefined;
  /** Number of the part that this one was found in, counted from 1. Such a part follows the one that holds it. */
  within?: number | undefined;
  /** The part was in a signed container whose signature nobody has checked. */
  unchecked?: true | undefined;
  /** Why the part is incomplete. */
  problem?: string | undefined;
};

export type MailAddress = { address: string; name?: string | undefined };

/** What the mail's header says. All of it can be forged. Texts are truncated and have no control characters. */
export type MailFacts = {
  messageId?: string | undefined;
  inReplyTo?: string | undefined;
  subject?: string | undefined;
  /** As written in the header. */
  date?: string | undefined;
  from?: MailAddress | undefined;
  replyTo?: MailAddress | undefined;
  /** The addresses in To and Cc: the first hundred, and ours. */
  recipients: string[];
  /** How many To and Cc name, when not all are kept. */
  recipientCount?: number | undefined;
  /** The following headers decide about automatic replies (RFC 3834 and common practice). */
  autoSubmitted?: string | undefined;
  precedence?: string | undefined;
  autoResponseSuppress?: string | undefined;
  returnPath?: string | undefined;
  /** Names of the headers found that only automatic replies and bounces have. */
  machineHeaders: string[];
  /** The mail has a List-* header. */
  list: boolean;
  /** The whole mail is a report, such as a bounce or a receipt. */
  report: boolean;
  /** What the parts and the first lines of the text look like. */
  looks?: MailLook[] | undefined;
};

/**
 * delivery-status: a part is a delivery report. returned-message: the mail is hardly more than somebody's message.
 * bounce-text and absence-text: the text begins like that of a bounce or of an absent person's program.
 */
export const mailLooks = ["delivery-status", "returned-message", "bounce-text", "absence-text"] as const;

export type MailLook = (typeof mailLooks)[number];

/**
 * `parts` holds the bodies first, then the attachments in the order of the mail, each followed by what was found in it.
 */
export type DecodeAnswer =
  | { outcome: "refused"; code: string; reason: string }
  | { outcome: "decoded"; facts: MailFacts; parts: DecodedPart[] };
