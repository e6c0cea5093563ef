// Whether a soak held: what must not grow, the bounds of its slope after the warm-up, and what must be zero.
import { megabytes } from "../measure/statistics.ts";
import type { Role, Sample, Usage } from "./samples.ts";
import { type Point, type Trend, trendOf } from "./trend.ts";

/** A quantity that must stay flat. `files` are descriptors that are no sockets. */
type Flat = {
  role: Role;
  quantity: "rss" | "heap" | "files" | "sockets";
  bound: number;
  /** It follows the load: its slope exceeds the bound only by more than this many of its standard errors. */
  standardErrors?: number;
};

/**
 * Flat means: the line through the windows after the warm-up rises by at most this much per minute. In an hour that is 30 MB
 * resident memory, 6 MB of heap, 6 descriptors. Other workers come and go, and DynamoDB is not ours: both are only recorded. The
 * local cloud's sockets are the connections that workers and triggers have open, fifty more or less from one minute to the next.
 */
export const flatBounds: readonly Flat[] = [
  { role: "worker", quantity: "rss", bound: 0.5 },
  { role: "worker", quantity: "heap", bound: 0.1 },
  { role: "worker", quantity: "files", bound: 0.1 },
  { role: "worker", quantity: "sockets", bound: 0.1 },
  { role: "cloud", quantity: "rss", bound: 0.5 },
  { role: "cloud", quantity: "heap", bound: 0.1 },
  { role: "cloud", quantity: "files", bound: 0.1 },
  { role: "cloud", quantity: "sockets", bound: 0.1, standardErrors: 2 },
];

/** Shorter soaks say nothing about slopes, because processes are still warming up. */
export const shortestJudgedMinutes = 10;

/** The first quarter, at most 15 minutes. */
export const warmUpMinutes = (minutes: number): number => Math.min(15, minutes / 4);

/** One judged slope. `holds` is null when there is too little data. */
export type JudgedTrend = Flat & { unit: string; trend: Trend | null; holds: boolean | null };

const readingOf: Record<Flat["quantity"], (held: Usage) => number | null> = {
  rss: ({ rssBytes }) => megabytes(rssBytes),
  heap: ({ heapBytes }) => (heapBytes === null ? null : megabytes(heapBytes)),
  files: ({ files }) => files,
  sockets: ({ sockets }) => sockets,
};

/** Judges every quantity over the windows of a soak of this many minutes. */
export function judgeTrends(windows: readonly Sample[], minutes: number): JudgedTrend[] {
  const from = warmUpMinutes(minutes);
  return flatBounds.map((flat) => {
    const points = windows.flatMap(({ minute, roles }): Point[] => {
      const held = roles[flat.role];
      const value = held === undefined ? null : readingOf[flat.quantity](held);
      return minute < from || value === null ? [] : [{ minute, value }];
    });
    const trend = trendOf(points) ?? null;
    const judged = minutes >= shortestJudgedMinutes && trend !== null;
    const unit = flat.quantity === "rss" || flat.quantity === "heap" ? "MB" : flat.quantity;
    return { ...flat, unit, trend, holds: judged ? holdsFor(flat, trend) : null };
  });
}

const holdsFor = ({ bound, standardErrors = 0 }: Flat, { slope, standardError }: Trend): boolean =>
  slope - standardErrors * standardError <= bound;

/** Counts that must be zero at the end. */
export type Leftovers = {
  /** Acknowledged inputs without an outcome. */
  lost: number;
  /** Inputs that ended in a dead-letter queue: no input in the mix should. */
  deadLettered: number;
  /** Jobs that started and never ended. */
  unfinishedJobs: number;
  /** Messages left in queues. */
  messages: number;
  /** Processes and workers' files that still exist after the system has stopped. */
  processes: number;
  temporaryFiles: number;
};

/** Everything that did not hold, each as a sentence; empty when everything did. */
export function problemsOf(
  trends: readonly JudgedTrend[],
  leftovers: Leftovers,
  oldestSurvived: boolean,
): string[] {
  const grown = trends
    .filter(({ holds }) => holds === false)
    .map(({ role, quantity, unit, bound, trend }) => {
      const slope = trend?.slope.toFixed(2) ?? "?";
      return `${role} ${quantity} grew by ${slope} ${unit} per minute (at most ${bound})`;
    });
  const left = Object.entries(leftovers)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name}: ${count}, must be 0`);
  return [
    ...grown,
    ...left,
    ...(oldestSurvived ? [] : ["the oldest worker, which was never disturbed, is gone"]),
  ];
}
