// The S3 behaviours that the project relies on, one rule each.
import type { Rule } from "./rule.ts";
import { listingRules } from "./s3/listing-rules.ts";
import { multipartRules } from "./s3/multipart-rules.ts";
import { notificationRules } from "./s3/notification-rules.ts";
import { presignedRules } from "./s3/presigned-rules.ts";
import { versionRules } from "./s3/version-rules.ts";
import { writeRules } from "./s3/write-rules.ts";

export const s3Rules: readonly Rule[] = [
  ...versionRules,
  ...writeRules,
  ...multipartRules,
  ...listingRules,
  ...presignedRules,
  ...notificationRules,
];
