// A trace from a file of one's own: a header, then a job a line.
import { z } from "zod";
import { InvalidSettings } from "../../../worker/fleet/errors.ts";
import { type FleetMeasures, type SimulatedJob, type Trace, usualPools } from "../model/trace.ts";

const columns = ["arrival", "kind", "group", "seconds"] as const;

/** Lines that are read at most. */
export const mostJobs = 1_000_000;

/** Problems that are reported at most; the rest is only counted. */
const mostProblems = 5;

const amount = (most: number) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, `takes a number from 0 to ${most}`)
    .transform(Number)
    .refine((value) => value <= most, `takes a number from 0 to ${most}`);

const name = z.string().regex(/^.{1,128}$/, "takes 1 to 128 characters");

const row = z.object({ arrival: amount(31_536_000), kind: name, group: name, seconds: amount(43_200) });

/**
 * Reads jobs of `arrival,kind,group,seconds` with that header. Arrivals are seconds from any beginning; the trace begins
 * with the first of them. Values hold no commas.
 * @throws InvalidSettings naming line, column and what it takes
 */
export function traceFromCsv(text: string, file: string, measures: FleetMeasures): Trace {
  const [header = "", ...lines] = text.replace(/\r\n/g, "\n").replace(/\n+$/, "").split("\n");
  if (header !== columns.join(","))
    throw new InvalidSettings([`${file}: line 1 takes the header ${columns.join(",")}`]);
  if (lines.length === 0 || lines.length > mostJobs)
    throw new InvalidSettings([`${file}: takes 1 to ${mostJobs} jobs, not ${lines.length}`]);
  const jobs = readRows(lines, file).toSorted((a, b) => a.arrival - b.arrival);
  const first = jobs[0]?.arrival ?? 0;
  const shifted = jobs.map((job) => ({ ...job, arrival: job.arrival - first }));
  return {
    name: file,
    about: `${jobs.length} jobs of ${new Set(jobs.map(({ kind }) => kind)).size} kinds`,
    measures,
    jobs: shifted,
    pools: usualPools,
    reclaims: [],
    noCapacity: [],
    horizonSeconds: (shifted.at(-1)?.arrival ?? 0) + 1800,
  };
}

/** The jobs as such a file. */
export function csvOf(jobs: readonly SimulatedJob[]): string {
  const lines = jobs.map(({ arrival, kind, group, seconds }) => [arrival, kind, group, seconds].join(","));
  return `${[columns.join(","), ...lines].join("\n")}\n`;
}

function readRows(lines: readonly string[], file: string): SimulatedJob[] {
  const problems: string[] = [];
  const jobs = lines.flatMap((line, index) => {
    const cells = line.split(",");
    const parsed = row.safeParse(Object.fromEntries(columns.map((column, at) => [column, cells[at]])));
    if (parsed.success && cells.length === columns.length) return [parsed.data];
    const [issue] = parsed.error?.issues ?? [];
    const what =
      issue === undefined || cells.length !== columns.length
        ? `takes ${columns.length} values, not ${cells.length}`
        : `${issue.path.join(".")} ${issue.message}`;
    problems.push(`${file}: line ${index + 2}: ${what}`);
    return [];
  });
  if (problems.length > mostProblems)
    problems.splice(
      mostProblems,
      problems.length,
      `${file}: and ${problems.length - mostProblems} more lines`,
    );
  if (problems.length > 0) throw new InvalidSettings(problems);
  return jobs;
}
