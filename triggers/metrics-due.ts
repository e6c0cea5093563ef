// Trigger: a minute has passed. Counts the messages of all queues for the alarms that size the fleet. The queues' own
// metrics are not enough: an alarm takes at most ten of them, and SQS stops publishing them when a queue is idle for hours.

import { SQSClient } from "@aws-sdk/client-sqs";
import { jobKinds } from "../worker/jobs/catalog.ts";
import { triggersWithFailures } from "./catalog/event-sources.ts";
import { type FleetCounts, metricLine, queueCounter } from "./metrics-due/queue-counts.ts";
import { readConfig } from "./shared/config.ts";
import { lazyHandler } from "./shared/lambda.ts";

/** Lambda's entry. */
export const handler = lazyHandler(() => {
  const config = readConfig();
  const { fleet } = config.names;
  const count = queueCounter({
    sqs: new SQSClient(config.sqs),
    fleet,
    kinds: jobKinds,
    triggers: triggersWithFailures,
  });
  return async (): Promise<FleetCounts> => {
    const counts = await count();
    process.stdout.write(`${metricLine(fleet, counts, Date.now())}\n`);
    return counts;
  };
});
