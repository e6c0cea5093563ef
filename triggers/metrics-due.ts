// The minute came round: count what waits in all queues, for the alarms that size the fleet. Runs in Lambda. Why not the
// queues' own metrics alone: an alarm takes ten at most, and SQS stops publishing them for a queue idle for six hours.
import { SQSClient } from "@aws-sdk/client-sqs";
import { jobKinds } from "../worker/jobs/catalog.ts";
import { triggersWithFailures } from "./catalog/event-sources.ts";
import { type FleetCounts, metricLine, queueCounter } from "./metrics-due/queue-counts.ts";
import { readConfig } from "./shared/config.ts";

let made: (() => Promise<FleetCounts>) | undefined;

/** Lambda's entry; clients are made at the first event and kept for the life of the execution environment. */
export async function handler(): Promise<FleetCounts> {
  if (made === undefined) {
    const { names, region, endpointGiven } = readConfig();
    const sqs = new SQSClient(endpointGiven ? { region, useQueueUrlAsEndpoint: false } : { region });
    const count = queueCounter({ sqs, fleet: names.fleet, kinds: jobKinds, triggers: triggersWithFailures });
    made = async () => {
      const counts = await count();
      process.stdout.write(`${metricLine(names.fleet, counts, Date.now())}\n`);
      return counts;
    };
  }
  return made();
}
