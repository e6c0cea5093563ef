// Trigger: a minute has passed. Counts the messages of all queues, decides how many instances there should be, and prints one
// line with all figures. The queues' own metrics are not enough: an alarm takes at most ten of them, and SQS stops publishing
// them when a queue is idle for hours.
import { setTimeout as sleep } from "node:timers/promises";
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { SQSClient } from "@aws-sdk/client-sqs";
import { wantsSecondLook } from "../infra/scaling/policy.ts";
import { jobKinds } from "../worker/jobs/catalog.ts";
import { triggersWithFailures } from "./catalog/event-sources.ts";
import { addArrivals } from "./metrics-due/arrivals.ts";
import { type Look, lookAtFleet } from "./metrics-due/look.ts";
import { type FleetMetrics, metricLine, metricsOf } from "./metrics-due/metric-line.ts";
import { queueCounter } from "./metrics-due/queue-counts.ts";
import { readScalingConfig, type ScalingConfig } from "./metrics-due/scaling-config.ts";
import type { ShownDecision } from "./metrics-due/scaling-row.ts";
import { lazyHandler } from "./shared/lambda.ts";
import { openTables } from "./shared/tables.ts";

/** What the last count of a call found and decided. */
export type Counted = FleetMetrics & { decision: ShownDecision };

/** Lambda's entry; undefined when another call has counted meanwhile. */
export const handler = lazyHandler(() => {
  const config = readScalingConfig();
  const { fleet } = config.names;
  const sqs = new SQSClient(config.sqs);
  const count = queueCounter({ sqs, fleet, kinds: jobKinds, triggers: triggersWithFailures });
  const autoScaling = new AutoScalingClient({ region: config.region });
  const options = { config, count, autoScaling, db: openTables(config), now: Date.now };
  const look = () => lookTwice(config, () => lookAtFleet(options));
  return async (): Promise<Counted | undefined> => {
    let last: Counted | undefined;
    const started = Date.now();
    const counts = Math.round(60 / config.countSeconds);
    for (let index = 0; index < counts; index += 1) {
      await sleep(Math.max(0, started + index * config.countSeconds * 1000 - Date.now()));
      last = print(config, await look()) ?? last;
    }
    return last;
  };
});

/** A count that would cost instances is looked at twice; only the second look is printed then. */
async function lookTwice(
  { lookAgainSeconds: pause, countSeconds }: ScalingConfig,
  look: () => Promise<Look | undefined>,
): Promise<Look | undefined> {
  const first = await look();
  const again = pause > 0 && pause < countSeconds;
  if (!again || first === undefined || !wantsSecondLook(first.decision)) return first;
  await sleep(pause * 1000);
  const second = await look();
  return second === undefined ? first : { ...second, arrived: addArrivals(first.arrived, second.arrived) };
}

function print({ names, countSeconds }: ScalingConfig, look: Look | undefined): Counted | undefined {
  if (look === undefined) return undefined;
  const { counts, arrived, decision } = look;
  const metrics = metricsOf(counts, decision, arrived);
  process.stdout.write(`${metricLine(names.fleet, metrics, decision, { fine: countSeconds < 60 })}\n`);
  return { ...metrics, decision };
}
