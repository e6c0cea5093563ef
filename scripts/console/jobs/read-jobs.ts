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
import { shownAddresses } from "../masking/reveal.ts";
import type { JobFilter } from "./filter.ts";
import { type ListedJob, listedJob, nameOf } from "./listed-job.ts";
import { mergedPage, type Page, type Partitioned } from "./merge-partitions.ts";
import { isMeant, rowFilterOf } from "./row-conditions.ts";

/** Where jobs are read. */
export type JobsSource = { db: DynamoDBDocumentClient; names: ResourceNames; kinds: readonly string[] };

/** One page of a list. */
export type JobsPage = {
  /** Addresses of people are masked in them unless they were asked for. */
  jobs: ListedJob[];
  masked: boolean;
  next: string | undefined;
  /** Rows that were read for it, where a filter left some out. */
  lookedAt: number | undefined;
};

/** How a page is read: whether people's addresses are shown, and lines of a page. */
export type ReadOptions = { now: number; reveal: boolean; size?: number };

/** Lines of a page. */
export const pageSize = 50;

/** Reads the page that a filter names. Ended jobs are listed of one kind; without one the page is empty. */
export async function readJobs(
  source: JobsSource,
  filter: JobFilter,
  { now, reveal, size = pageSize }: ReadOptions,
): Promise<JobsPage> {
  const { jobs: found, ...page } = await readUnmasked(source, filter, { now, size });
  const { value: jobs, masked } = shownAddresses(found, reveal);
  return { jobs, masked, ...page };
}

async function readUnmasked(
  source: JobsSource,
  filter: JobFilter,
  { now, size }: { now: number; size: number },
): Promise<Omit<JobsPage, "masked">> {
  if (filter.state === "running") return running(source, filter, now);
  if (filter.state === "ended" && filter.kind === undefined)
    return { jobs: [], next: undefined, lookedAt: undefined };
  const from = sourceOf(source, filter);
  const rowFilter = rowFilterOf(filter);
  const page = await mergedPage(source.db, from, {
    size,
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

/** The rows of a page in its order. An index with keys alone is completed from the table. */
async function wholeRows(
  { db }: JobsSource,
  { table, index }: Partitioned,
  page: Page,
  filter: JobFilter,
): Promise<{ rows: Record<string, unknown>[]; filtered: boolean }> {
  if (index !== "attention") return { rows: page.rows, filtered: false };
  const keys = page.rows.map(({ jobId }) => ({ jobId: String(jobId) }));
  const { [table]: found = [] } = await batchGet(db, { [table]: keys }, { consistent: false });
  const byId = new Map(found.map((row) => [String((row as { jobId: unknown }).jobId), row]));
  const rows = keys.map(({ jobId }) => byId.get(jobId) as Record<string, unknown> | undefined);
  const kept = rows.filter((row) => row !== undefined).filter((row) => isMeant(row, filter));
  return { rows: kept, filtered: rowFilterOf(filter) !== undefined };
}

async function running(
  { db, names }: JobsSource,
  { kind, worker, name }: JobFilter,
  now: number,
): Promise<Omit<JobsPage, "masked">> {
  const found = await runningJobs(db, names, now);
  const meant = found.filter(
    (job) =>
      (kind === undefined || job.kind === kind) &&
      (worker === undefined || job.worker === worker) &&
      (name === undefined || job.group.includes(name)),
  );
  return {
    jobs: meant.slice(0, 200).map((job) => ({
      ...{ jobId: job.jobId, kind: job.kind, group: job.group, worker: job.worker },
      status: "running",
      name: nameOf(job),
      ...{ runs: 0, reason: null, enqueuedAt: job.since, at: job.since, seconds: null },
    })),
    next: undefined,
    lookedAt: undefined,
  };
}
