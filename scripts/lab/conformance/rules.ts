// All conformance rules, in the order in which they are reported.
import type { Rule } from "./rule.ts";
import { s3Rules } from "./s3/rules.ts";
import { snsDeduplicationRules } from "./sns/deduplication-rules.ts";
import { snsTopicRules } from "./sns/topic-rules.ts";
import { sqsAttemptRules } from "./sqs/attempt-rules.ts";
import { sqsBatchRules } from "./sqs/batch-rules.ts";
import { sqsDeadLetterRules } from "./sqs/dead-letter-rules.ts";
import { sqsDeduplicationRules } from "./sqs/deduplication-rules.ts";
import { sqsOrderRules } from "./sqs/order-rules.ts";
import { sqsQueueRules } from "./sqs/queue-rules.ts";
import { sqsRequestRules } from "./sqs/request-rules.ts";
import { sqsVisibilityRules } from "./sqs/visibility-rules.ts";

export const rules: readonly Rule[] = [
  ...sqsOrderRules,
  ...sqsVisibilityRules,
  ...sqsDeduplicationRules,
  ...sqsAttemptRules,
  ...sqsDeadLetterRules,
  ...sqsRequestRules,
  ...sqsBatchRules,
  ...sqsQueueRules,
  ...snsTopicRules,
  ...snsDeduplicationRules,
  ...s3Rules,
];
