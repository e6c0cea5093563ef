// The settings of a fleet that answers mails. The worker's config.ts reads them from the environment.

/** Which DMARC verdicts of the receiving side (RFC 7489) allow an answer to the author. */
export const answerPolicies = ["dmarc-pass", "dmarc-not-failed", "any"] as const;

export type AnswerPolicy = (typeof answerPolicies)[number];

export type MailSettings = {
  /** The address that receives submissions and sends answers. */
  address: string;
  /** Further addresses that receive submissions. */
  aliases: readonly string[];
  /** The address that is notified of new submissions; nobody is when it is absent. */
  editor?: string | undefined;
  answer: AnswerPolicy;
  /** How long mails whose answer is withheld on doubt are gathered before the editor is told; a day when absent. */
  withheldSeconds?: number;
};
