// What workers print: log records go on into this system's log, embedded metrics to CloudWatch.
import type { Logger } from "pino";
import { readEmf } from "../cloudwatch/emf.ts";
import type { MetricStore } from "../cloudwatch/metric-store.ts";

type Line = { level?: number; msg?: string; _aws?: unknown } & Record<string, unknown>;

/** Takes every line of every worker. */
export function workerLines(log: Logger, metrics: MetricStore): (instanceId: string, line: string) => void {
  return (instanceId, text) => {
    const line = read(text);
    if (line === undefined) return void log.warn({ instance: instanceId, text }, "worker printed");
    if (line._aws !== undefined) {
      for (const metric of readEmf(text)) metrics.add(metric);
      return;
    }
    const { level = 30, msg, time: _, worker, ...rest } = line;
    const say = level >= 50 ? "error" : level >= 40 ? "warn" : level >= 30 ? "info" : "debug";
    log[say]({ worker, ...rest }, msg);
  };
}

function read(text: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Line) : undefined;
  } catch {
    return undefined;
  }
}
