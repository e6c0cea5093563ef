// The S3 behaviours that the project relies on, one rule each.
import type { Rule } from "../rule.ts";
import { copyRules } from "./copy-rules.ts";
import { listingRules } from "./listing-rules.ts";
import { multipartRules } from "./multipart-rules.ts";
import { notificationRules } from "./notification-rules.ts";
import { presignedRules } from "./presigned-rules.ts";
import { versionRules } from "./version-rules.ts";
import { writeRules } from "./write-rules.ts";

export const s3Rules: readonly Rule[] = [
  ...versionRules,
  ...writeRules,
  ...multipartRules,
  ...copyRules,
  ...listingRules,
  ...presignedRules,
  ...notificationRules,
];
