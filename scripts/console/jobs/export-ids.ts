// The ids of all jobs of a list as JSON lines, page by page, so that neither memory nor a single read grows with the list.
import type { JobFilter } from "./filter.ts";
import { type JobsSource, readJobs } from "./read-jobs.ts";

/** Ids of one export; the last line says where to go on. */
export const mostIds = 100_000;

/** Rows of one page. */
const pageRows = 1000;

/**
 * The lines: `{"jobId":…}` each; after the last of `most` ids, where the list goes on, `{"next":…}`, the `before` of the next export.
 * Ids tell nothing about a person.
 */
export async function* exportedIds(
  source: JobsSource,
  filter: JobFilter,
  now: number,
  most = mostIds,
): AsyncGenerator<string> {
  let before = filter.before;
  let count = 0;
  do {
    const read = await readJobs(source, { ...filter, before }, { now, reveal: true, size: pageRows });
    for (const { jobId } of read.jobs) yield JSON.stringify({ jobId });
    count += read.jobs.length;
    before = read.next;
  } while (before !== undefined && count < most);
  if (before !== undefined) yield JSON.stringify({ next: before });
}
