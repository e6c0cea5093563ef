// Watches one EC2 instance for the three announcements that concern a worker: spot interruption, scale-in, rebalance.
import type { Logger } from "pino";
import { z } from "zod";
import type { Clock } from "../../fleet/clock.ts";
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

/** What one look at the metadata brought: all news announced now, and the paths that could not be read. */
export type Look = { news: InstanceNews[]; failures: unknown[] };

/** Reads every path, whatever becomes of the others: one that fails must not hide a notice on another. */
export async function lookForNews({
  read,
  clock,
  scaleInSeconds,
}: Pick<InstanceWatchOptions, "read" | "clock" | "scaleInSeconds">): Promise<Look> {
  const look: Look = { news: [], failures: [] };
  const readers: Record<string, (text: string) => InstanceNews | undefined> = {
    "spot/instance-action": (text) => spotNews(text, clock.now()),
    "autoscaling/target-lifecycle-state": (text) =>
      text.trim() === "Terminated" ? { reason: "scale-in", secondsLeft: scaleInSeconds } : undefined,
    "events/recommendations/rebalance": () => ({ reason: "rebalance" }),
  };
  for (const [path, newsOf] of Object.entries(readers)) {
    try {
      const text = await read(path);
      const news = text === undefined ? undefined : newsOf(text);
      if (news !== undefined) look.news.push(news);
    } catch (error) {
      look.failures.push(error);
    }
  }
  return look;
}

const noticeSchema = z.object({ action: z.string().catch("unknown"), time: z.string().catch("") });

/**
 * The notice is JSON with the action and its time (EC2 User Guide, spot interruption notices). One that cannot be
 * read is still a notice: it gets the two minutes a notice usually leaves.
 */
function spotNews(text: string, now: number): InstanceNews {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const notice = noticeSchema.safeParse(json);
  const { action, time } = notice.success ? notice.data : { action: "unknown", time: "" };
  const at = Date.parse(time);
  const secondsLeft = Number.isNaN(at) ? 120 : Math.max(0, (at - now) / 1000);
  return { reason: "spot", action, secondsLeft };
}

/** Looks until `signal` aborts; each kind of news is told once. A failing look is logged once per failure streak. */
export async function watchInstance(options: InstanceWatchOptions, signal: AbortSignal): Promise<void> {
  const told = new Set<string>();
  let failing = false;
  while (!signal.aborted) {
    const look = await lookForNews(options);
    for (const news of look.news) {
      if (told.has(news.reason)) continue;
      told.add(news.reason);
      options.onNews(news);
    }
    if (!failing && look.failures.length > 0)
      options.log.warn({ err: look.failures[0] }, "instance metadata not readable");
    failing = look.failures.length > 0;
    options.onLooked?.();
    await options.clock.sleep(options.everyMs, signal);
  }
}
