// The ledger in memory, for tests of code that uses a ledger. The ledger's model test checks it like DynamoDB's.
import {
  type Claim,
  type ClaimRequest,
  type ClaimResult,
  type Ending,
  FenceLost,
  JobKnown,
  type Ledger,
} from "../../worker/engine/ledger/ledger.ts";

/** A job's row in memory. */
export type MemoryRow = {
  status: "running" | "waiting" | Ending["status"];
  fence: number;
  interruptions: number;
  redrives: number;
  messageId?: string | undefined;
  failures?: number;
  putOffSince?: number;
  afterCommitFailures?: number;
  steps?: number;
  ending?: Ending;
  /** Of the presumed claim that made the row. */
  token?: string | undefined;
  lastError?: string;
  deadLetterSent?: boolean;
};

/** A ledger whose rows a test can read. `onCommit` is the transaction: it runs once for every successful commit. */
export function createMemoryLedger(
  onCommit: (claim: Claim, ending: Ending) => void = () => {},
  now: () => number = () => 0,
): Ledger & { rows: Map<string, MemoryRow> } {
  const rows = new Map<string, MemoryRow>();
  const ours = ({ jobId, fence }: Claim, status: MemoryRow["status"]): MemoryRow | undefined => {
    const row = rows.get(jobId);
    return row?.fence === fence && row.status === status ? row : undefined;
  };
  const setWaiting = (claim: Claim, change: (row: MemoryRow) => Partial<MemoryRow>) => {
    if (ours(claim, "waiting") !== undefined) return;
    const row = ours(claim, "running");
    if (row === undefined) throw new FenceLost(claim.jobId, claim.fence);
    Object.assign(row, { status: "waiting", ...change(row) });
  };
  const commitPresumed = (claim: Claim, ending: Ending) => {
    const { jobId, fence, redrives, messageId, presumed } = claim;
    const row = rows.get(jobId);
    const token = presumed?.token;
    if (row !== undefined && row.token === token && row.status === ending.status) return;
    if (row !== undefined) throw new JobKnown(jobId);
    onCommit(claim, ending);
    rows.set(jobId, { status: ending.status, fence, interruptions: 0, redrives, messageId, ending, token });
  };
  return {
    rows,
    isSuspect: async (jobId) => {
      const row = rows.get(jobId);
      return row?.status === "running" && row.fence - row.interruptions >= 2;
    },
    claim: async (request) => claimIn(rows, request),
    presume: (request) => ({
      ...request,
      ...{ fence: 1, run: 1, failures: 0, steps: 0, presumed: { token: crypto.randomUUID(), at: now() } },
    }),
    commit: async (claim, ending) => {
      if (claim.presumed !== undefined) return commitPresumed(claim, ending);
      if (ours(claim, ending.status) !== undefined) return;
      const row = ours(claim, "running");
      if (row === undefined) throw new FenceLost(claim.jobId, claim.fence);
      onCommit(claim, ending);
      Object.assign(row, { status: ending.status, ending });
    },
    applyStep: async (claim, step) => {
      const row = ours(claim, "running");
      if (row === undefined) throw new FenceLost(claim.jobId, claim.fence);
      if ((row.steps ?? 0) === step)
        Object.assign(row, { steps: step + 1, failures: 0, putOffSince: undefined });
    },
    mark: async (claim) => {
      if (ours(claim, "running") === undefined) throw new FenceLost(claim.jobId, claim.fence);
    },
    noteInterruption: async (claim) =>
      setWaiting(claim, ({ interruptions }) => ({ interruptions: interruptions + 1 })),
    noteFailure: async (claim, cause) =>
      setWaiting(claim, ({ failures = 0 }) => ({
        lastError: cause,
        failures: failures + 1,
        putOffSince: undefined,
      })),
    notePutOff: async (claim, cause) =>
      setWaiting(claim, ({ interruptions, putOffSince = now() }) => ({
        interruptions: interruptions + 1,
        lastError: cause,
        putOffSince,
      })),
    noteAfterCommitFailure: async (jobId) => {
      const row = rows.get(jobId);
      if (row?.status !== "completed") return 1;
      row.afterCommitFailures = (row.afterCommitFailures ?? 0) + 1;
      return row.afterCommitFailures;
    },
    deadLetterSent: async ({ jobId, redrives }) => {
      const row = rows.get(jobId);
      if (row?.status === "dead-lettered" && row.redrives === redrives) row.deadLetterSent = true;
    },
  };
}

function claimIn(rows: Map<string, MemoryRow>, request: ClaimRequest): ClaimResult {
  const { jobId, messageId } = request;
  let { redrives } = request;
  const row = rows.get(jobId) ?? { status: "waiting", fence: 0, interruptions: 0, redrives };
  rows.set(jobId, row);
  const other = messageId !== undefined && row.messageId !== messageId;
  const redriven = row.status === "dead-lettered" && (row.redrives < redrives || other);
  redrives = Math.max(redrives, redriven ? row.redrives + 1 : row.redrives);
  if (redriven)
    Object.assign(row, {
      interruptions: row.fence,
      failures: 0,
      putOffSince: undefined,
      deadLetterSent: false,
    });
  const { ending } = row;
  if (!redriven && ending?.status === "completed") return { state: "completed", result: ending.result };
  if (!redriven && ending?.status === "rejected")
    return { state: "rejected", code: ending.code, reason: ending.reason };
  if (!redriven && ending?.status === "dead-lettered") {
    const runs = row.fence - row.interruptions;
    return {
      state: "dead-lettered",
      cause: ending.cause,
      runs,
      redrives: row.redrives,
      sent: row.deadLetterSent ?? false,
    };
  }
  delete row.ending;
  Object.assign(row, { status: "running", fence: row.fence + 1, redrives, messageId });
  const { fence, interruptions, failures = 0, steps = 0, putOffSince } = row;
  const counts = { fence, run: fence - interruptions, failures, steps };
  return {
    state: "claimed",
    claim: {
      ...request,
      redrives: row.redrives,
      ...counts,
      ...(putOffSince !== undefined && { putOffSince }),
    },
  };
}
