// The contract of the task `parse-mail`: its input, its answer and the limits of a mail. Sandbox children load this file,
// so it holds only types and numbers. The worker checks answers with decode-answer-schema.ts.

/** The limits of a mail. A mail that exceeds one is refused with a reason. */
export const mailLimits = {
  /** The largest mail that SES receives (SES quotas, "Maximum email size"). */
  bytes: 40 * 1024 ** 2,
  /** Applies to each header: the mail's own and that of every part. */
  headerBytes: 64 * 1024,
  /** Nodes of the MIME tree, multiparts included. Also limits its depth and the number of attachments. */
  nodes: 500,
  /** UTF-8 bytes of a part's name. */
  nameBytes: 255,
} as const;

export type DecodeInput = {
  /** The file with the untrusted bytes, in the run's directory. */
  file: string;
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
  /** The addresses in To and Cc. */
  recipients: string[];
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
};

/** `parts` holds the bodies first, then the attachments in the order of the mail. */
export type DecodeAnswer =
  | { outcome: "refused"; code: string; reason: string }
  | { outcome: "decoded"; facts: MailFacts; parts: DecodedPart[] };
