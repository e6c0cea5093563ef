// What a person submits, what reading its result may use, and how it may end otherwise. Types only, shared by the table of kinds
// and its entries.
import type { Outcome } from "../status/outcomes.ts";
import type { MailWatch } from "./mail/confirmation.ts";
import type { MailRange, Quoting } from "./mail/mailbox.ts";
import type { Target } from "./target.ts";

/** A file with the object key it would get as a picture, any other file, a mail, or a text. */
export type Source =
  | { from: "file"; path: string; key: string }
  | {
      from: "other-file";
      path: string;
      /** The person who gets the file. */
      owner: string;
    }
  | {
      from: "mail";
      path: string;
      /** Number and place in a mailbox, and how the mailbox quotes; a mail in a file of its own has none of them. */
      number?: number;
      range?: MailRange;
      quoting?: Quoting;
    }
  | { from: "text"; text: string };

/** How an input ended whose own job completed, when a job beside it did not. */
export type OtherEnd = { outcome: "rejected" | "dead-lettered" | "timed-out"; reason: string | null };

/** What reading a result may use. */
export type ResultReader = {
  target: Target;
  /** Watches the mails that answer what was submitted. */
  mails: MailWatch;
  /** What was submitted, and its job. */
  source: Source;
  jobId: string;
  /** Resolves to the outcome of another job; undefined where the waiting ended first. */
  ended: (jobId: string) => Promise<Outcome | undefined>;
};
