// Lists of jobs by their state, each from the index that has them in order. No list is a scan, and what a page costs does not
// grow with the rows behind it:
//   running    the workers' own rows (two reads)
//   waiting, rejected  one query for each kind, and one call for the rows
//   dead       one query for each kind
//   ended      16 queries, of one kind: that index has 16 partitions for each kind
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { batchGet } from "../../../triggers/shared/batch-get.ts";
import { attentionOf, endedShards } from "../../../worker/engine/ledger/job-row.ts";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import { runningJobs } from "../fleet/running.ts";
import type { JobFilter } from "./filter.ts";
import { type ListedJob, listedJob } from "./listed-job.ts";
import { mergedPage, type Page, type Partitioned, type RowFilter } from "./merge-partitions.ts";

/** Where jobs are read. */
export type JobsSource = { db: DynamoDBDocumentClient; names: ResourceNames; kinds: readonly string[] };

/** One page of a list. `lookedAt` counts rows that were read for it, where a filter left some out. */
export type JobsPage = { jobs: ListedJob[]; next: string | undefined; lookedAt: number | undefined };

/** Lines of a page. */
export const pageSize = 50;

/** Reads the page that a filter names. Ended jobs are listed of one kind; without one the page is empty. */
export async function readJobs(source: JobsSource, filter: JobFilter, now: number): Promise<JobsPage> {
  if (filter.state === "running") return running(source, filter, now);
  if (filter.state === "ended" && filter.kind === undefined)
    return { jobs: [], next: undefined, lookedAt: undefined };
  const from = sourceOf(source, filter);
  const rowFilter = rowFilterOf(filter);
  const page = await mergedPage(source.db, from, {
    size: pageSize,
    before: filter.before,
    from: filter.from,
    // Rows of an index with keys alone are filtered once they are read.
    filter: from.index === "attention" ? undefined : rowFilter,
  });
  const { rows, filtered } = await wholeRows(source, from, page, filter);
  return {
    jobs: rows.map(listedJob).filter((job) => job !== undefined),
    next: page.next,
    lookedAt: filtered || rowFilter !== undefined ? page.lookedAt : undefined,
  };
}

function sourceOf({ names, kinds }: JobsSource, { state, kind }: JobFilter): Partitioned {
  const table = names.tables.jobs;
  const those = kind === undefined ? kinds : [kind];
  switch (state) {
    case "dead":
      return { table, index: "dead", partition: "deadKind", sort: "deadAt", partitions: those };
    case "waiting":
    case "rejected":
      return {
        ...{ table, index: "attention", partition: "attention", sort: "attentionAt" },
        partitions: those.map((each) => attentionOf(each, state)),
      };
    default:
      return {
        ...{ table, index: "ended", partition: "endedShard", sort: "endedAt" },
        partitions: those.flatMap((each) => endedShards.map((shard) => `${each}#${shard}`)),
      };
  }
}

function rowFilterOf({ worker, reason }: JobFilter): RowFilter | undefined {
  const conditions = [
    ...(worker === undefined ? [] : ["#owner = :owner"]),
    ...(reason === undefined
      ? []
      : ["(contains(cause, :reason) OR contains(#reason, :reason) OR contains(lastError, :reason))"]),
  ];
  if (conditions.length === 0) return undefined;
  return {
    expression: conditions.join(" AND "),
    names: {
      ...(worker !== undefined && { "#owner": "owner" }),
      ...(reason !== undefined && { "#reason": "reason" }),
    },
    values: {
      ...(worker !== undefined && { ":owner": worker }),
      ...(reason !== undefined && { ":reason": reason }),
    },
  };
}

/** The rows of a page in its order. An index with keys alone is completed from the table. */
async function wholeRows(
  { db }: JobsSource,
  { table, index }: Partitioned,
  page: Page,
  { worker, reason }: JobFilter,
): Promise<{ rows: Record<string, unknown>[]; filtered: boolean }> {
  if (index !== "attention") return { rows: page.rows, filtered: false };
  const keys = page.rows.map(({ jobId }) => ({ jobId: String(jobId) }));
  const { [table]: found = [] } = await batchGet(db, { [table]: keys }, { consistent: false });
  const byId = new Map(found.map((row) => [String((row as { jobId: unknown }).jobId), row]));
  const rows = keys.map(({ jobId }) => byId.get(jobId) as Record<string, unknown> | undefined);
  const meant = (row: Record<string, unknown>) =>
    (worker === undefined || row.owner === worker) &&
    (reason === undefined || `${row.reason} ${row.code} ${row.lastError}`.includes(reason));
  const kept = rows.filter((row) => row !== undefined).filter(meant);
  return { rows: kept, filtered: worker !== undefined || reason !== undefined };
}

async function running({ db, names }: JobsSource, filter: JobFilter, now: number): Promise<JobsPage> {
  const { kind, worker } = filter;
  const found = await runningJobs(db, names, now);
  const meant = found.filter(
    (job) => (kind === undefined || job.kind === kind) && (worker === undefined || job.worker === worker),
  );
  return {
    jobs: meant.slice(0, 200).map((job) => ({
      ...{ jobId: job.jobId, kind: job.kind, group: job.group, worker: job.worker },
      status: "running",
      name: job.jobId.slice(job.jobId.indexOf("/") + 1),
      ...{ runs: 0, reason: null, enqueuedAt: job.since, at: job.since, seconds: null },
    })),
    next: undefined,
    lookedAt: undefined,
  };
}
