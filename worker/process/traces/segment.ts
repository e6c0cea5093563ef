// A delivery as X-Ray shows it: one segment of the trace in which its event came in, with the wait in the queue as a part of it.
// Source: "AWS X-Ray segment documents" in the X-Ray developer guide.
import { randomBytes } from "node:crypto";
import type { ToldDelivery } from "../../engine/worker-parts.ts";

/** X-Ray's own ids; every other trace id is one of ours, which X-Ray would refuse. */
const xrayId = /^1-[0-9a-f]{8}-[0-9a-f]{24}$/;

/** X-Ray's limit for a value of an annotation, characters. */
const longestValue = 1000;

/** True when X-Ray traced the event that the job comes from. */
export const isTraced = ({ traceId }: Pick<ToldDelivery, "traceId">): boolean => xrayId.test(traceId);

/**
 * The segment document of a traced delivery, as JSON.
 * @param of the fleet, and the worker that had the delivery
 */
export function segmentOf(told: ToldDelivery, of: { fleet: string; worker: string }): string {
  const { jobId, kind, group, traceId, outcome } = told;
  const enqueued = Date.parse(told.enqueuedAt) / 1000;
  const [start, end] = [told.startedAt / 1000, told.endedAt / 1000];
  return JSON.stringify({
    name: `${of.fleet}-worker`,
    id: segmentId(),
    trace_id: traceId,
    start_time: Math.min(enqueued, start),
    end_time: end,
    ...faultOf(outcome),
    annotations: {
      kind,
      jobId: jobId.slice(0, longestValue),
      group: group.slice(0, longestValue),
      worker: of.worker,
      outcome: outcome.outcome,
    },
    subsegments: [
      { name: "waited", id: segmentId(), start_time: Math.min(enqueued, start), end_time: start },
      { name: kind, id: segmentId(), start_time: start, end_time: end },
    ],
  });
}

const segmentId = () => randomBytes(8).toString("hex");

/** X-Ray's words: an `error` is the caller's, a `fault` is ours. */
function faultOf({ outcome }: ToldDelivery["outcome"]): { error?: true; fault?: true } {
  if (outcome === "rejected") return { error: true };
  return outcome === "dead-lettered" || outcome === "retried" || outcome === "lost" ? { fault: true } : {};
}
