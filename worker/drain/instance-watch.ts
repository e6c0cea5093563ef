// Watches one EC2 instance for the three announcements that concern a worker: spot interruption, scale-in, rebalance.
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import type { ReadMetadata } from "./instance-metadata.ts";
import type { InstanceNews } from "./interruption.ts";

/** What watching needs. */
export type InstanceWatchOptions = {
  read: ReadMetadata;
  clock: Clock;
  log: Logger;
  /** Milliseconds between looks; AWS recommends five seconds. */
  everyMs: number;
  /** Seconds a scale-in leaves: the lifecycle hook's heartbeat timeout, less a margin. */
  scaleInSeconds: number;
  onNews: (news: InstanceNews) => void;
  /** Called after every look, so that a worker on a machine that is going away need not start at all. */
  onLooked?: () => void;
};

/** One look at the metadata: everything announced now. */
export async function lookForNews({
  read,
  clock,
  scaleInSeconds,
}: Pick<InstanceWatchOptions, "read" | "clock" | "scaleInSeconds">): Promise<InstanceNews[]> {
  const news: InstanceNews[] = [];
  const spot = await read("spot/instance-action");
  if (spot !== undefined) news.push(spotNews(spot, clock.now()));
  if ((await read("autoscaling/target-lifecycle-state"))?.trim() === "Terminated")
    news.push({ reason: "scale-in", secondsLeft: scaleInSeconds });
  if ((await read("events/recommendations/rebalance")) !== undefined) news.push({ reason: "rebalance" });
  return news;
}

/** The notice is JSON with the action and its time (EC2 User Guide, spot interruption notices). */
function spotNews(text: string, now: number): InstanceNews {
  let notice: { action?: unknown; time?: unknown } = {};
  try {
    notice = JSON.parse(text) as typeof notice;
  } catch {
    // An unreadable notice is still a notice: take the time a notice usually leaves.
  }
  const at = typeof notice.time === "string" ? Date.parse(notice.time) : Number.NaN;
  const secondsLeft = Number.isNaN(at) ? 120 : Math.max(0, (at - now) / 1000);
  return { reason: "spot", action: String(notice.action ?? "unknown"), secondsLeft };
}

/** Looks until `signal` aborts; each kind of news is told once. A failing look is logged once per failure streak. */
export async function watchInstance(options: InstanceWatchOptions, signal: AbortSignal): Promise<void> {
  const told = new Set<string>();
  let failing = false;
  while (!signal.aborted) {
    try {
      for (const news of await lookForNews(options)) {
        if (told.has(news.reason)) continue;
        told.add(news.reason);
        options.onNews(news);
      }
      failing = false;
    } catch (error) {
      if (!failing) options.log.warn({ err: error }, "instance metadata not readable");
      failing = true;
    }
    options.onLooked?.();
    await options.clock.sleep(options.everyMs, signal);
  }
}
