// What a fleet that answers mails is told. The worker's config.ts reads it from the environment.

/** When an author is answered, by what the receiving side says of the mail (DMARC, RFC 7489). */
export const answerPolicies = ["dmarc-pass", "dmarc-not-failed", "any"] as const;

export type AnswerPolicy = (typeof answerPolicies)[number];

export type MailSettings = {
  /** Where stories are sent to and answers come from. */
  address: string;
  /** Further addresses that mean the same. */
  aliases: readonly string[];
  /** Who is told of a new submission; nobody where it is left out. */
  editor?: string | undefined;
  answer: AnswerPolicy;
};
