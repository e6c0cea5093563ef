// The mails sent through the local SES, newest first. A journal keeps them across restarts. Knows no HTTP.
import { randomUUID } from "node:crypto";
import type { Clock } from "../clock/clock.ts";
import type { Journal } from "../state/journal.ts";

/** A mail as the sender gave it to SES. */
export type TakenMail = {
  from: string;
  /** The envelope's recipients: To, Cc and Bcc. */
  to: readonly string[];
  raw: Buffer;
  tags: Readonly<Record<string, string>>;
};

/** A sent mail. */
export type SentMail = TakenMail & {
  /** SES's id of the mail. */
  messageId: string;
  /** Epoch milliseconds. */
  sentAt: number;
};

/** A mail in the journal. */
export type MailEvent = Omit<SentMail, "raw"> & { raw: string };

export type Mailbox = {
  take: (mail: TakenMail) => SentMail;
  /** Newest first. */
  list: () => readonly SentMail[];
  get: (messageId: string) => SentMail | undefined;
  /** Calls `listen` with every mail from now on, in order. The returned function ends that. */
  subscribe: (listen: (mail: SentMail) => void) => () => void;
  close: () => void;
};

/** How many mails are kept. */
const keptMails = 5000;

/** Opens the mailbox. */
export function createMailbox({ clock, journal }: { clock: Clock; journal?: Journal<MailEvent> }): Mailbox {
  const mails = new Map<string, SentMail>();
  const listeners = new Set<(mail: SentMail) => void>();
  const keep = (mail: SentMail) => {
    mails.set(mail.messageId, mail);
    const oldest = mails.keys().next().value;
    if (mails.size > keptMails && oldest !== undefined) mails.delete(oldest);
  };
  for (const event of journal?.load() ?? [])
    keep({ ...event, raw: ownBytes(Buffer.from(event.raw, "base64")) });
  return {
    take: (taken) => {
      const sentAt = clock.now();
      const messageId = `${sentAt.toString(16).padStart(16, "0")}-${randomUUID()}-000000`;
      const mail = { ...taken, raw: ownBytes(taken.raw), messageId, sentAt };
      journal?.append([eventOf(mail)]);
      keep(mail);
      if (journal?.isBloated()) journal.rewrite([...mails.values()].map(eventOf));
      for (const listen of listeners) listen(mail);
      return mail;
    },
    list: () => [...mails.values()].reverse(),
    get: (messageId) => mails.get(messageId),
    subscribe: (listen) => {
      listeners.add(listen);
      return () => listeners.delete(listen);
    },
    close: () => journal?.close(),
  };
}

/** A copy in memory of its own. A small buffer is part of a slab of Node's, which it would keep as a whole. */
function ownBytes(bytes: Buffer): Buffer {
  const own = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(own);
  return own;
}

const eventOf = (mail: SentMail): MailEvent => ({ ...mail, raw: mail.raw.toString("base64") });
