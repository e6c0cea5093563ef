// Trigger: three hours have passed. Enqueues uploads, mails and files whose events were lost, so that no job took them.
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { scheduledTime } from "./files-due/due-shards.ts";
import { readConfig } from "./shared/config.ts";
import { lazyHandler } from "./shared/lambda.ts";
import { log as stdout } from "./shared/log.ts";
import { enqueueFrom } from "./shared/queues.ts";
import { openTables } from "./shared/tables.ts";
import { sweepUntaken } from "./untaken-due/sweep.ts";

/** Less than the function's own time (triggers/catalog/event-sources.ts), so that a sweep ends by itself. */
const longestMs = 13 * 60_000;

/** Lambda's entry. */
export const handler = lazyHandler(() => {
  const config = readConfig();
  const { names } = config;
  const parts = {
    s3: new S3Client(config.s3),
    sqs: new SQSClient(config.sqs),
    db: openTables(config),
    names,
    enqueue: enqueueFrom(config),
    log: stdout,
  };
  return (event: unknown) => {
    const now = () => Date.parse(scheduledTime(event, Date.now));
    return sweepUntaken({ ...parts, now, signal: AbortSignal.timeout(longestMs) });
  };
});
