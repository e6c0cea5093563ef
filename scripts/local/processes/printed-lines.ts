// What the system's processes print: log records go on into this system's log, embedded metrics to CloudWatch.
import type { Logger } from "pino";
import { readEmf } from "../cloudwatch/emf.ts";
import type { MetricStore } from "../cloudwatch/metric-store.ts";

type Level = "debug" | "info" | "warn" | "error";
type Line = Record<string, unknown>;

/** What takes the lines of one process, and what to call it. */
export type Printer = {
  log: Logger;
  /** Embedded metrics are dropped without it. */
  metrics?: Pick<MetricStore, "add"> | undefined;
  /** Who prints: `worker` or `trigger`. */
  name: string;
  /** Added to lines that are not log records, such as a stack trace. */
  fields?: Readonly<Record<string, unknown>>;
  /** Levels that are logged as another one, to keep the log quiet. */
  levels?: Partial<Record<Level, Level>>;
};

/** Takes one printed line. It never throws. */
export function takePrintedLine(text: string, printer: Printer): void {
  const { log, metrics, name, fields, levels } = printer;
  const line = read(text);
  if (line === undefined) return void log.warn({ ...fields, text }, `${name} printed`);
  if (line._aws !== undefined) {
    for (const metric of readEmf(text)) metrics?.add(metric);
    return;
  }
  const { level, msg, message = msg, time: _, ...rest } = line;
  const own = levelOf(level);
  log[levels?.[own] ?? own](rest, typeof message === "string" ? message : undefined);
}

function read(text: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Line) : undefined;
  } catch {
    return undefined;
  }
}

/** Workers print pino's numbers, triggers print words. */
function levelOf(level: unknown): Level {
  if (level === "debug" || level === "warn" || level === "error") return level;
  if (typeof level !== "number") return "info";
  return level >= 50 ? "error" : level >= 40 ? "warn" : level >= 30 ? "info" : "debug";
}
