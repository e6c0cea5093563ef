// The row that a job's first claim gives it.
import { expiryOf } from "./job-row.ts";
import type { ClaimRequest } from "./ledger.ts";

/** Which claim, when (epoch milliseconds), and by which worker. */
export type FirstClaim = { token: string; at: number; owner: string };

/** The attributes of a job's row after its first claim, whether it has ended since or not. */
export function firstRow(request: ClaimRequest, { token, at, owner }: FirstClaim) {
  const { jobId, kind, group, traceId, enqueuedAt, redrives, messageId = "", causedBy } = request;
  return {
    ...{ jobId, kind, group, traceId, enqueuedAt, redrives, messageId, owner },
    ...(causedBy !== undefined && { causedBy }),
    claimToken: token,
    claimedAt: new Date(at).toISOString(),
    notes: [{ at, by: owner }],
    fence: 1,
    interruptions: 0,
    expiresAt: expiryOf(at),
  };
}
