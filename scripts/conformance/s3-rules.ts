// The S3 behaviours the project relies on, one rule each.
import type { Rule } from "./rule.ts";

export const s3Rules: readonly Rule[] = [];
