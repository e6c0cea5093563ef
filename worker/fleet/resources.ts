// Names of the fleet's queues, tables, buckets and topics. One place, used by worker, triggers, scripts and infra.
import type { JobKind } from "../jobs/catalog.ts";

/** Names as AWS knows them; a bucket name is global, so the cloud adds a suffix. */
export type ResourceNames = {
  fleet: string;
  tables: {
    jobs: string;
    workers: string;
    /** Groups and kinds that an operator has stopped. */
    pauses: string;
    images: string;
    albums: string;
    /** Which pictures an album held when. */
    albumPictures: string;
    /** Contact sheets that were made; a row is also the latch that keeps a sheet from being made twice. */
    sheets: string;
    /** Who was given a form for an upload. */
    uploads: string;
    /** Follow-up jobs committed with the effects of another job, on their way to their queues. */
    outbox: string;
    /** Mails that were sent in, and the references their authors are told. */
    submissions: string;
    /** Mails on their way out and what became of them. */
    outgoingMails: string;
    /** Whom mails went to: when the next answer may go, and who gets none. */
    correspondents: string;
    /** How often each word was said. */
    words: string;
  };
  /** Results keep the uploads' keys; sheets have a bucket of their own, so that no upload's key can be a sheet's. */
  buckets: {
    uploads: string;
    results: string;
    sheets: string;
    /** Raw mails, as they were received. */
    mails: string;
    /** What mails consist of. */
    parts: string;
    /** What jobs too large for one transaction have planned to do. */
    plans: string;
  };
  topics: { uploads: string; results: string; mails: string; words: string };
  /** Parameters of Systems Manager: secrets are looked up there at run time and are in no template and no log. */
  parameters: {
    /** Slack's signing secrets: one, or two while they are changed, separated by white space. */
    slackSigningSecrets: string;
    /** Tokens of Slack's outgoing webhooks: likewise. */
    slackWebhookTokens: string;
    /** Where the HTTP API is, without a slash at the end. */
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
export function queueName(fleet: string, kind: JobKind | (string & {})): string {
  return `${fleet}-${kind}.fifo`;
}

/** The FIFO dead-letter queue of a job kind. */
export function deadLetterQueueName(fleet: string, kind: JobKind | (string & {})): string {
  return `${fleet}-${kind}-dead.fifo`;
}

/** The standard queue where events end that a trigger could not take (FIFO queues cannot be such a target). */
export function failedRecordsQueueName(fleet: string, trigger: string): string {
  return `${fleet}-${trigger}-failed`;
}
