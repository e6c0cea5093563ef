// The metric of a sweep: how long follow-up jobs have been waiting to be enqueued.
import type { SweepReport } from "./sweep.ts";

/** The line (CloudWatch user guide, "Embedded metric format specification"). */
export function ageLine(fleet: string, { oldestSeconds }: SweepReport, atMs: number): string {
  const directive = {
    Namespace: "FifoFleet",
    Dimensions: [["Fleet"]],
    Metrics: [{ Name: "OutboxSeconds", Unit: "Seconds" }],
  };
  return JSON.stringify({
    _aws: { Timestamp: atMs, CloudWatchMetrics: [directive] },
    Fleet: fleet,
    OutboxSeconds: Math.round(oldestSeconds),
  });
}
