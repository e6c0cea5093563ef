// What the handler asks of the parse task and what the task may answer. Loaded by sandbox children, so it holds types
// and numbers only; decode-answer-schema.ts checks an answer.

/** Bounds of a mail; what exceeds them is refused with a reason. */
export const mailLimits = {
  /** What SES takes in (SES quotas, "Maximum email size"). */
  bytes: 40 * 1024 ** 2,
  /** Of each header, the mail's own and every part's. */
  headerBytes: 64 * 1024,
  /** Nodes of the MIME tree, multiparts included; bounds its depth and the number of attachments, too. */
  nodes: 500,
  /** UTF-8 bytes of a part's name. */
  nameBytes: 255,
} as const;

export type DecodeInput = {
  /** File with the untrusted bytes, in the run's directory. */
  file: string;
};

/** `text` and `html` are the bodies; an `attachment` is every other leaf, nested messages whole. */
export type PartRole = "text" | "html" | "attachment";

/** A part, its bytes in a file of the run's directory. */
export type DecodedPart = {
  file: string;
  role: PartRole;
  /** By its bytes where they tell, else as declared. */
  contentType: string;
  bytes: number;
  /** Sanitised: data for people, never a path. */
  name?: string | undefined;
  /** For `cid:` references of the HTML body. */
  contentId?: string | undefined;
  /** Text that was made from the HTML body. */
  derived?: true | undefined;
  /** Why the part is incomplete. */
  problem?: string | undefined;
};

export type MailAddress = { address: string; name?: string | undefined };

/** What the mail's header says. All of it can be forged; texts are cut and free of control characters. */
export type MailFacts = {
  messageId?: string | undefined;
  inReplyTo?: string | undefined;
  subject?: string | undefined;
  /** As written. */
  date?: string | undefined;
  from?: MailAddress | undefined;
  replyTo?: MailAddress | undefined;
  /** Addresses of To and Cc. */
  recipients: string[];
  /** What RFC 3834 and practice look at before an automatic reply. */
  autoSubmitted?: string | undefined;
  precedence?: string | undefined;
  autoResponseSuppress?: string | undefined;
  returnPath?: string | undefined;
  /** Names of headers that only automatic answers and bounces have. */
  machineHeaders: string[];
  /** A List-* header is there. */
  list: boolean;
  /** The mail as a whole is a report: a bounce, a receipt. */
  report: boolean;
};

/** Parts come in a fixed order: bodies, then attachments as they stand in the mail. */
export type DecodeAnswer =
  | { outcome: "refused"; code: string; reason: string }
  | { outcome: "decoded"; facts: MailFacts; parts: DecodedPart[] };
