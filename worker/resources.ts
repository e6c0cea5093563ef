// Names of the fleet's queues, tables, buckets and topics. One place, used by worker, triggers, scripts and infra.
import type { JobKind } from "./jobs/catalog.ts";

/** Names as AWS knows them; a bucket name is global, so the cloud adds a suffix. */
export type ResourceNames = {
  fleet: string;
  tables: { jobs: string; workers: string; images: string; albums: string };
  buckets: { uploads: string; results: string };
  topics: { uploads: string };
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
      images: `${fleet}-images`,
      albums: `${fleet}-albums`,
    },
    buckets: { uploads: `${fleet}-uploads${bucketSuffix}`, results: `${fleet}-results${bucketSuffix}` },
    topics: { uploads: `${fleet}-uploads` },
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
