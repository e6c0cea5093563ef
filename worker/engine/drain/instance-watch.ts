// Watches one EC2 instance for the three announcements a worker reacts to: spot interruption, scale-in, rebalance.
import type { Logger } from "pino";
import * as z from "zod";
import type { Clock } from "../../fleet/clock.ts";
import type { ReadMetadata } from "./instance-metadata.ts";
import type { InstanceNews } from "./interruption.ts";

/** How an instance is watched. */
export type InstanceWatchOptions = {
  read: ReadMetadata;
  clock: Clock;
  log: Logger;
  /** Milliseconds between reads; AWS recommends five seconds. */
  everyMs: number;
  /** Seconds a scale-in leaves: the lifecycle hook's heartbeat timeout minus a margin. */
  scaleInSeconds: number;
  onNews: (news: InstanceNews) => void;
  /** Called after every read, so that a worker on an instance that is about to end need not start. */
  onRead?: () => void;
};

/** One read of the metadata: everything announced now, and the errors of paths that could not be read. */
export type Look = { news: InstanceNews[]; failures: unknown[] };

/** Reads every path, even when others fail: a failing path must not hide a notice on another. */
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
 * Reads a notice: JSON with the action and its time (EC2 User Guide, spot interruption notices). An unreadable notice still
 * counts, with the two minutes a notice usually leaves.
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

/** Reads until `signal` aborts; reports each kind of news once, and logs a series of failures once. */
export async function watchInstance(options: InstanceWatchOptions, signal: AbortSignal): Promise<void> {
  const reported = new Set<string>();
  let failing = false;
  while (!signal.aborted) {
    const look = await lookForNews(options);
    for (const news of look.news) {
      if (reported.has(news.reason)) continue;
      reported.add(news.reason);
      options.onNews(news);
    }
    if (!failing && look.failures.length > 0)
      options.log.warn({ err: look.failures[0] }, "instance metadata not readable");
    failing = look.failures.length > 0;
    options.onRead?.();
    await options.clock.sleep(options.everyMs, signal);
  }
}
