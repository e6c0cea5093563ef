// The scheduler on a laptop: invokes triggers at their times, with EventBridge's event.
// Source: EventBridge user guide, "Creating a rule that runs on a schedule".
import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import { type EventSource, eventSources, type TriggerName } from "../../../triggers/catalog/event-sources.ts";
import type { Clock } from "../clock/clock.ts";

export type ScheduleOptions = {
  clock: Clock;
  region: string;
  accountId: string;
  /** The ARN of a trigger. */
  functionArn: (trigger: string) => string;
  invoke: (functionArn: string, event: unknown) => Promise<unknown>;
  /** Triggers that something else calls. */
  without: readonly TriggerName[];
  log: Logger;
};

/** Starts all schedules. Each runs for the first time after one interval. `close` waits for running calls. */
export function startSchedules(options: ScheduleOptions): { close: () => Promise<void> } {
  const running = new Set<Promise<unknown>>();
  const cancels = new Map<string, () => void>();
  const { clock } = options;
  const without = new Set<string>(options.without);
  const arm = (trigger: string, everyMs: number) => {
    const run = () => {
      arm(trigger, everyMs);
      const call = callTrigger(options, trigger).finally(() => running.delete(call));
      running.add(call);
    };
    cancels.set(trigger, clock.at(clock.now() + everyMs, run));
  };
  for (const [trigger, source] of Object.entries<EventSource>(eventSources))
    if (source.from === "schedule" && !without.has(trigger)) arm(trigger, source.everyMinutes * 60_000);
  return {
    close: async () => {
      for (const cancel of cancels.values()) cancel();
      await Promise.all(running);
    },
  };
}

/** A failed run is not repeated; the next run makes up for it. */
async function callTrigger(
  { clock, region, accountId, functionArn, invoke, log }: ScheduleOptions,
  trigger: string,
): Promise<void> {
  const event = {
    version: "0",
    id: randomUUID(),
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account: accountId,
    time: new Date(clock.now()).toISOString().replace(/\.\d{3}/, ""),
    region,
    resources: [`arn:aws:events:${region}:${accountId}:rule/${trigger}`],
    detail: {},
  };
  await invoke(functionArn(trigger), event).catch((error: unknown) =>
    log.warn({ err: error, trigger }, "scheduled trigger failed"),
  );
}
