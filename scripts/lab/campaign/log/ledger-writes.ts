// The ledger's history, derived from applied and refused writes to the jobs table.
import type { CloudRecord, Write, Wrote } from "./record.ts";

export const terminalStates = ["completed", "rejected", "dead-lettered"] as const;
export type TerminalState = (typeof terminalStates)[number];

/** One write to a job's row that carries a fence. */
export type LedgerWrite = {
  jobId: string;
  seq: number;
  at: number;
  arrivedAt: number;
  from: string;
  applied: boolean;
  /** The fence the writer held; for an applied claim, the fence it got. */
  fence: number;
  /** The job's newest fence before this write, in the order of answers. */
  newest: number;
  /** The newest fence that was answered before the table was given this write. Overlapping requests may be applied in any order. */
  newestWhenGiven: number;
} & (
  | { what: "claim"; reopens: boolean }
  | { what: "end"; status: TerminalState }
  | { what: "note" | "step" }
);

const isTerminal = (value: unknown): value is TerminalState =>
  terminalStates.some((state) => state === value);

/** The terminal state a write gives a job's row: in an update or, where no claim made the row, in the whole row. */
export function endOf({ op, item, values }: Write): TerminalState | undefined {
  const status = op === "put" ? item.status : values[":status"];
  return isTerminal(status) ? status : undefined;
}

/** What claims a job: an update with a token or, where the job had no row, the row of one that runs. */
export function claimOf({ op, item, expression, values }: Write): { reopens: boolean } | undefined {
  if (op === "put") return item.status === "running" ? { reopens: false } : undefined;
  if (values[":token"] === undefined) return undefined;
  return { reopens: /interruptions\s*=\s*fence/.test(expression) };
}

/** True when the row itself refused. A write that was cancelled because of another one says nothing about the fence. */
function refusedByRow(record: Wrote, index: number): boolean {
  const code = record.refusals.length === record.writes.length ? record.refusals[index] : record.refusals[0];
  return (
    code === "ConditionalCheckFailed" ||
    code === "ConditionalCheckFailedException" ||
    code === "DuplicateItem"
  );
}

/** Jobs that a record brings to a terminal state. One transaction may end several. */
export function endsIn(record: CloudRecord, jobsTable: string): string[] {
  if (record.what !== "wrote" || !record.applied) return [];
  return record.writes
    .filter((write) => write.table === jobsTable && endOf(write) !== undefined)
    .map(({ item }) => String(item.jobId));
}

/** Every fenced write to `jobsTable`, oldest first. Includes refused writes only where the row itself refused. */
export function ledgerWrites(records: readonly CloudRecord[], jobsTable: string): LedgerWrite[] {
  const fencesOf = new Map<string, { fence: number; request: number }[]>();
  const newest = (jobId: string, until = Number.POSITIVE_INFINITY) =>
    Math.max(
      0,
      ...(fencesOf.get(jobId) ?? []).filter(({ request }) => request <= until).map(({ fence }) => fence),
    );
  const raise = (jobId: string, fence: number, request: number) =>
    fencesOf.set(jobId, [...(fencesOf.get(jobId) ?? []), { fence, request }]);
  const tokens = new Set<string>();
  const found: LedgerWrite[] = [];
  for (const record of records) {
    if (record.what !== "wrote") continue;
    if (record.token !== undefined && record.applied) {
      if (tokens.has(record.token)) continue;
      tokens.add(record.token);
    }
    for (const [index, write] of record.writes.entries()) {
      if (write.table !== jobsTable || (write.op !== "update" && write.op !== "put")) continue;
      if (!record.applied && !refusedByRow(record, index)) continue;
      const jobId = String(write.item.jobId);
      const { seq, at, arrivedAt, request, givenAfter, from, applied } = record;
      const fences = { newest: newest(jobId), newestWhenGiven: newest(jobId, givenAfter) };
      const common = { jobId, seq, at, arrivedAt, from, applied, ...fences };
      const claim = claimOf(write);
      if (claim !== undefined) {
        const fence = Number((write.op === "put" && applied ? write.item : record.after)?.fence ?? 0);
        if (applied) raise(jobId, fence, request);
        found.push({ ...common, what: "claim", fence, ...claim });
        continue;
      }
      const fence = Number(write.op === "put" ? write.item.fence : write.values[":fence"]);
      if (Number.isNaN(fence)) continue;
      if (applied && write.op === "put") raise(jobId, fence, request);
      const status = endOf(write);
      if (status !== undefined) found.push({ ...common, what: "end", fence, status });
      else {
        const what = write.values[":waiting"] === undefined ? "step" : "note";
        found.push({ ...common, what, fence });
      }
    }
  }
  return found;
}
