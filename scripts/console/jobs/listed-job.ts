// A job as lists show it, from its row in the ledger.
import { type JobRow, readJobRow } from "../../../worker/engine/ledger/job-row.ts";
import { imageResultSchema, referenceResultSchema, sheetResultSchema } from "../../status/results.ts";

/** One line of a list. */
export type ListedJob = {
  jobId: string;
  kind: string;
  group: string;
  status: JobRow["status"];
  /** What it is about, for people: an object's key, an album's sheet; its id where nothing says more. */
  name: string;
  /** The worker that runs it or ran it last; null where no row says. */
  worker: string | null;
  /** Runs that counted. */
  runs: number;
  /** Why it waits, was rejected or died; null for others. */
  reason: string | null;
  enqueuedAt: string;
  /** When it took its status, ISO 8601. */
  at: string;
  /** From enqueued to ended; null while it has not ended. */
  seconds: number | null;
};

/** Reads a row; undefined for one that is no job's. */
export function listedJob(item: unknown): ListedJob | undefined {
  const row = ((): JobRow | undefined => {
    try {
      return readJobRow(item);
    } catch {
      return undefined;
    }
  })();
  if (row === undefined) return undefined;
  const { endedAt } = row;
  return {
    jobId: row.jobId,
    kind: row.kind,
    group: row.group,
    status: row.status,
    name: nameOf(row),
    worker: row.owner ?? null,
    runs: row.fence - row.interruptions,
    reason: reasonOf(row),
    enqueuedAt: row.enqueuedAt,
    at: endedAt ?? row.updatedAt,
    seconds: endedAt === undefined ? null : secondsBetween(row.enqueuedAt, endedAt),
  };
}

/** Seconds from one time to another, not below 0. */
export const secondsBetween = (from: string, to: string): number =>
  Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);

/** What a job is about, as far as its row says. */
export function nameOf({
  jobId,
  group,
  result,
}: Pick<JobRow, "jobId" | "group"> & { result?: JobRow["result"] }): string {
  const sheet = sheetResultSchema.safeParse(result).data;
  if (sheet !== undefined) return `Contact sheet at ${sheet.threshold} pictures of ${sheet.album}`;
  const image = imageResultSchema.safeParse(result).data;
  if (image !== undefined) return image.key;
  const mail = referenceResultSchema.safeParse(result).data;
  if (mail !== undefined)
    return mail.purpose === undefined
      ? `Submission ${mail.reference}`
      : `Mail ${mail.reference}: ${mail.purpose}`;
  // A group that is an object's address; everything else may be a hash or a person.
  const slash = group.indexOf("/");
  if (slash > 0 && slash < group.length - 1) return group.slice(slash + 1);
  return jobId.slice(jobId.indexOf("/") + 1);
}

function reasonOf(row: JobRow): string | null {
  switch (row.status) {
    case "rejected":
      return row.reason ?? null;
    case "dead-lettered":
      return row.cause ?? null;
    case "waiting":
      return row.lastError ?? "its last run was interrupted";
    default:
      return null;
  }
}
