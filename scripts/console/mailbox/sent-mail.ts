// What the mailbox's pages need of a mailbox: the local system's has more.

/** A mail as it was sent. */
export type SentMail = {
  messageId: string;
  /** Epoch milliseconds. */
  sentAt: number;
  from: string;
  to: readonly string[];
  raw: Buffer;
};

/** Sent mails, the newest first, and one by its id. */
export type SentMails = {
  list: () => readonly SentMail[];
  get: (messageId: string) => SentMail | undefined;
};
