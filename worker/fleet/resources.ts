// Names of the fleet's queues, tables, buckets and topics, for worker, triggers, scripts and infra.

/** Names as AWS knows them. Bucket names are global, so the cloud adds a suffix. */
export type ResourceNames = {
  fleet: string;
  tables: {
    jobs: string;
    workers: string;
    /** What the scaling policy has learned, and its last decision. */
    scaling: string;
    /** Groups and kinds that an operator has paused. */
    pauses: string;
    images: string;
    albums: string;
    /** Which pictures an album contained, and when. */
    albumPictures: string;
    /** Contact sheets that were made. The row also prevents making a sheet twice. */
    sheets: string;
    /** Uploads that were issued, and whom they were issued to. */
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
    /** How often each word was said in each hour. */
    wordHours: string;
    /** The words said most, as pages show them. */
    wordBoards: string;
    /** Who is signed in, and sign-ins under way. */
    sessions: string;
    /** Everyone who has signed in: the directory. */
    people: string;
    /** Files that people keep, until they end. */
    files: string;
    /** Which person may read which file of another. */
    shares: string;
    /** Links to files, and requests for files. */
    links: string;
    /** How much each person keeps. */
    quotas: string;
    /** Who did what with which file. */
    audit: string;
    /** Archives of several files that were asked for. */
    packs: string;
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
    /** Files as people upload them. */
    incoming: string;
    /** Stored files under random names, with their previews. */
    secure: string;
  };
  topics: { uploads: string; results: string; mails: string; words: string; files: string };
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
      scaling: `${fleet}-scaling`,
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
      wordHours: `${fleet}-word-hours`,
      wordBoards: `${fleet}-word-boards`,
      sessions: `${fleet}-sessions`,
      people: `${fleet}-people`,
      files: `${fleet}-files`,
      shares: `${fleet}-shares`,
      links: `${fleet}-links`,
      quotas: `${fleet}-quotas`,
      audit: `${fleet}-audit`,
      packs: `${fleet}-packs`,
    },
    buckets: {
      uploads: `${fleet}-uploads${bucketSuffix}`,
      results: `${fleet}-results${bucketSuffix}`,
      sheets: `${fleet}-sheets${bucketSuffix}`,
      mails: `${fleet}-mails${bucketSuffix}`,
      parts: `${fleet}-parts${bucketSuffix}`,
      plans: `${fleet}-plans${bucketSuffix}`,
      incoming: `${fleet}-incoming${bucketSuffix}`,
      secure: `${fleet}-secure${bucketSuffix}`,
    },
    topics: {
      uploads: `${fleet}-uploads`,
      results: `${fleet}-results`,
      mails: `${fleet}-mails`,
      words: `${fleet}-words.fifo`,
      files: `${fleet}-files`,
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
