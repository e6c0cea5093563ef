// The fleet's buckets as data: where their events go, and what the worker may do with each. Every bucket is private and
// versioned. Local mode, provisioning and the cloud's stacks read this.
import type { ResourceNames } from "./resources.ts";
import type { TopicName } from "./topics.ts";

/** What code calls a bucket. */
export type BucketName = keyof ResourceNames["buckets"];

/**
 * S3's actions as IAM names them. Without ListBucket S3 answers 403 instead of 404 for a missing object (GetObject, API
 * reference), so code that must tell "gone" from "refused" needs it.
 */
export type BucketAction =
  | "GetObject"
  | "GetObjectVersion"
  | "PutObject"
  | "AbortMultipartUpload"
  | "ListMultipartUploadParts"
  | "DeleteObject"
  | "DeleteObjectVersion"
  | "ListBucket"
  | "ListBucketVersions";

/** Actions on the bucket itself and not on its objects. */
export const ofBucketItself: readonly BucketAction[] = ["ListBucket", "ListBucketVersions"];

/** A bucket. */
export type BucketShape = {
  /** Events that S3 publishes to a topic. */
  announces?: { topic: TopicName; events: readonly ("s3:ObjectCreated:*" | "s3:ObjectRemoved:*")[] };
  /** Browsers post forms to it (presigned POST), so it answers their preflight requests. */
  takesForms?: boolean;
  /** Browsers also put parts of large uploads into it (presigned PUT) and read their ETags. */
  takesParts?: boolean;
  /** SES stores received mails in it. */
  takesMails?: boolean;
  /** Days after which the cloud removes an object. Undefined: never. */
  keepDays?: number;
  /** Days after which the cloud removes a replaced or deleted version. Undefined: `bucketLifecycle` applies. */
  keepReplacedDays?: number;
  /** Actions the worker's role allows. */
  worker: readonly BucketAction[];
};

/**
 * A plan is needed as long as its job's message may come back. It is written in the job's first run, at the latest 14 days
 * after the message was sent (queue-settings.ts). A dead letter lives 14 days, and each redrive adds 14 and then 14 days.
 * Four redrives, each on the last day: 14 + 4 x (14 + 14) = 126 days. A job with a begun plan that is redriven for longer ends
 * as a dead letter that says so (word-plan.ts); it counts nothing twice.
 */
const planDays = 130;

export const bucketShapes: Readonly<Record<BucketName, BucketShape>> = {
  uploads: {
    announces: { topic: "uploads", events: ["s3:ObjectCreated:*"] },
    takesForms: true,
    worker: ["GetObjectVersion", "DeleteObjectVersion", "ListBucket"],
  },
  results: {
    announces: { topic: "results", events: ["s3:ObjectRemoved:*"] },
    worker: ["GetObject", "GetObjectVersion", "PutObject", "DeleteObjectVersion", "ListBucket"],
  },
  sheets: { worker: ["PutObject"] },
  // SES itself publishes to the mails topic, because it knows more about a mail than the bucket does.
  mails: { takesMails: true, worker: ["GetObject", "GetObjectVersion", "ListBucket"] },
  parts: { worker: ["PutObject"] },
  plans: { keepDays: planDays, worker: ["GetObject", "PutObject", "DeleteObject", "ListBucket"] },
  // An upload is deleted when it is stored. One that was refused, or whose job never came, is forgotten.
  incoming: {
    announces: { topic: "files", events: ["s3:ObjectCreated:*"] },
    takesForms: true,
    takesParts: true,
    keepDays: 2,
    keepReplacedDays: 1,
    worker: ["GetObjectVersion", "DeleteObjectVersion", "ListBucket"],
  },
  secure: {
    keepReplacedDays: 1,
    worker: [
      "GetObject",
      "GetObjectVersion",
      "PutObject",
      "DeleteObjectVersion",
      "AbortMultipartUpload",
      "ListMultipartUploadParts",
      "ListBucket",
    ],
  },
};

/** All names, in the order above. */
export const bucketNames = Object.keys(bucketShapes) as BucketName[];

/** Days the cloud keeps replaced and deleted versions, and multipart uploads that are never completed. */
export const bucketLifecycle = { replacedVersionsDays: 30, unfinishedUploadsDays: 1 } as const;
