// What happened to one job, as its row tells: a list of moments, oldest first. The row gets its notes in writes that are made
// anyway, so a run without a note of its end has lost its worker or its lease.
import type { JobRow } from "../../worker/engine/ledger/job-row.ts";
import type { RunNote } from "../../worker/engine/ledger/run-notes.ts";

/** One moment. */
export type Moment = {
  /** ISO 8601. */
  at: string;
  what:
    | "enqueued"
    | "run"
    | "completed"
    | "rejected"
    | "dead-lettered"
    | "in its dead-letter queue"
    | "sent back";
  /** Of a run: how it ended. `lost`: its worker died or lost its lease, and left no note. */
  end?: "failed" | "put off" | "interrupted" | "lost" | "ended the job" | "goes on";
  worker?: string;
  /** Of a run, from its claim to its end; left out where nobody noted the end. */
  seconds?: number;
  why?: string;
};

/** What an operator's tool left in a row. */
export type OperatorNotes = { redrivenAt?: string | undefined; redrivenBy?: string | undefined };

/** The moments of a job. */
export function timelineOf(row: JobRow, { redrivenAt, redrivenBy }: OperatorNotes = {}): Moment[] {
  const moments: Moment[] = [
    { at: row.enqueuedAt, what: "enqueued" },
    ...runsOf(row),
    ...(row.endedAt === undefined ? [] : [endOf(row, row.endedAt)]),
    ...(row.deadAt === undefined ? [] : [{ at: row.deadAt, what: "in its dead-letter queue" as const }]),
    ...(redrivenAt === undefined
      ? []
      : [{ at: redrivenAt, what: "sent back" as const, why: `by ${redrivenBy ?? "an operator"}` }]),
  ];
  return moments.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

const iso = (ms: number) => new Date(ms).toISOString();

/** The runs. Rows from before the notes tell of the last run only. */
function runsOf(row: JobRow): Moment[] {
  const notes = row.notes ?? [];
  const begun: readonly RunNote[] =
    notes.length > 0 || row.claimedAt === undefined
      ? notes
      : [{ at: Date.parse(row.claimedAt), by: row.owner ?? "unknown" }];
  return begun.flatMap((note, index): Moment[] => {
    if (note.by === undefined)
      return note.end === "dead-lettered"
        ? [{ at: iso(note.at), what: "dead-lettered", ...because(note.cause) }]
        : [];
    return [{ at: iso(note.at), what: "run", worker: note.by, ...endOfRun(row, note, begun[index + 1]) }];
  });
}

const because = (why: string | undefined) => (why === undefined ? {} : { why });
const lasted = (from: RunNote, toMs: number) => ({ seconds: Math.max(0, (toMs - from.at) / 1000) });

function endOfRun(row: JobRow, began: RunNote, next: RunNote | undefined): Partial<Moment> {
  if (next === undefined) {
    if (row.endedAt === undefined) return { end: row.status === "running" ? "goes on" : "lost" };
    return { end: "ended the job", ...lasted(began, Date.parse(row.endedAt)) };
  }
  if (next.by !== undefined || next.end === undefined) return { end: "lost" };
  if (next.end === "dead-lettered") return { end: "ended the job", ...lasted(began, next.at) };
  return { end: next.end, ...lasted(began, next.at), ...because(next.cause) };
}

function endOf(row: JobRow, at: string): Moment {
  const what = row.status === "completed" || row.status === "rejected" ? row.status : "dead-lettered";
  return { at, what, ...because(row.status === "rejected" ? row.reason : row.cause) };
}
