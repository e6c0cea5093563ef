// The trace id of the jobs that an event starts: X-Ray's own where it traces the call, so that a trace leads to the logs and rows
// of its jobs and they lead back; else a random one.
import { randomUUID } from "node:crypto";

/**
 * An id for a new job.
 * @param header what Lambda says of the current call (`_X_AMZN_TRACE_ID`: "Root=1-…;Parent=…;Sampled=1")
 */
export function newTraceId(header = process.env._X_AMZN_TRACE_ID ?? ""): string {
  const fields = new Map(header.split(";").map((field) => field.split("=") as [string, string]));
  const root = fields.get("Root");
  const traced =
    fields.get("Sampled") === "1" && root !== undefined && /^1-[0-9a-f]{8}-[0-9a-f]{24}$/.test(root);
  return traced ? root : randomUUID();
}
