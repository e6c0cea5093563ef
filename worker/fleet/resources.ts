// Names of the fleet's queues, tables, buckets and topics, for worker, triggers, scripts and infra.

/** Names as AWS knows them. Bucket names are global, so the cloud adds a suffix. */
export type ResourceNames = {
  fleet: string;
  tables: {
    jobs: string;
    workers: string;
    /** Groups and kinds that an operator has paused. */
    pauses: string;
    images: string;
    albums: string;
    /** Which pictures an album contained, and when. */
    albumPictures: string;
    /** Contact sheets that were made. The row also prevents making a sheet twice. */
    sheets: string;
    /** Upload forms and whom they were issued to. */
    uploads: string;
    /** Follow-up jobs, committed with another job's effects and on their way to their queues. */
    outbox: string;
    /** Mails that were sent in, and the references given to their authors. */
    submissions: string;
    /** Outgoing mails and their states. */
    outgoingMails: string;
    /** Correspondents: when each may get the next answer, and who gets none. */
    correspondents: string;
    /** How often each word was said. */
    words: string;
  };
  /** Results keep their uploads' keys. Sheets have their own bucket, so that no upload's key can collide with a sheet's. */
  buckets: {
    uploads: string;
    results: string;
    sheets: string;
    /** Raw mails as received. */
    mails: string;
    /** Parts of mails. */
    parts: string;
    /** Plans of jobs too large for one transaction. */
    plans: string;
  };
  topics: { uploads: string; results: string; mails: string; words: string };
  /** Systems Manager parameters. Secrets are read there at run time and appear in no template and no log. */
  parameters: {
    /** Slack's signing secrets: one, or two during a change, separated by white space. */
    slackSigningSecrets: string;
    /** Tokens of Slack's outgoing webhooks, in the same form. */
    slackWebhookTokens: string;
    /** URL of the HTTP API, without a trailing slash. */
    apiUrl: string;
  };
};

/**
 * The names of a fleet's resources.
 * @param fleet 1 to 32 characters: lower-case letters, digits and inner hyphens
 * @param bucketSuffix appended to bucket names (`-<account>-<region>` in the cloud, empty locally)
 */
export function resourceNames(fleet: string, bucketSuffix = ""): ResourceNames {
  return {
    fleet,
    tables: {
      jobs: `${fleet}-jobs`,
      workers: `${fleet}-workers`,
      pauses: `${fleet}-pauses`,
      images: `${fleet}-images`,
      albums: `${fleet}-albums`,
      albumPictures: `${fleet}-album-pictures`,
      sheets: `${fleet}-sheets`,
      uploads: `${fleet}-uploads`,
      outbox: `${fleet}-outbox`,
      submissions: `${fleet}-submissions`,
      outgoingMails: `${fleet}-outgoing-mails`,
      correspondents: `${fleet}-correspondents`,
      words: `${fleet}-words`,
    },
    buckets: {
      uploads: `${fleet}-uploads${bucketSuffix}`,
      results: `${fleet}-results${bucketSuffix}`,
      sheets: `${fleet}-sheets${bucketSuffix}`,
      mails: `${fleet}-mails${bucketSuffix}`,
      parts: `${fleet}-parts${bucketSuffix}`,
      plans: `${fleet}-plans${bucketSuffix}`,
    },
    topics: {
      uploads: `${fleet}-uploads`,
      results: `${fleet}-results`,
      mails: `${fleet}-mails`,
      words: `${fleet}-words.fifo`,
    },
    parameters: {
      slackSigningSecrets: `/${fleet}/slack/signing-secrets`,
      slackWebhookTokens: `/${fleet}/slack/webhook-tokens`,
      apiUrl: `/${fleet}/api-url`,
    },
  };
}

/** The FIFO queue of a job kind. */
export function queueName(fleet: string, kind: string): string {
  return `${fleet}-${kind}.fifo`;
}

/** The FIFO dead-letter queue of a job kind. */
export function deadLetterQueueName(fleet: string, kind: string): string {
  return `${fleet}-${kind}-dead.fifo`;
}

/** The standard queue for events that a trigger could not process (a FIFO queue cannot be such a target). */
export function failedRecordsQueueName(fleet: string, trigger: string): string {
  return `${fleet}-${trigger}-failed`;
}
