// What a benchmark suite is given and what it gives back; medians and tables, knowing nothing of what is measured.
import { availableParallelism } from "node:os";

/** What a person chose. */
export type SuiteOptions = {
  rounds: number;
  /** Added to every call to the cloud, milliseconds. */
  latencyMs: number;
  /** Only rows whose name contains it. */
  only: string;
  progress: (line: string) => void;
};

/** One measured row; suites add fields of their own. */
export type Row = {
  name: string;
  unit: string;
  median: number;
  /** Our median over the peer's, by the peer's name: the median of the rounds' own ratios. */
  ratioTo: Record<string, number>;
};

/** The rows for machines and the text (Markdown) for people. */
export type SuiteReport = { rows: Row[]; text: string };

/** `--only` names no row. */
export class NoSuchRow extends Error {
  constructor(only: string, names: readonly string[]) {
    super(`no row's name contains "${only}"; there is ${names.join(", ")}`);
  }
}

/** Measures. @throws NoSuchRow; rejects when a run fails; a slow peer is a result, not a failure. */
export type Suite = (options: SuiteOptions) => Promise<SuiteReport>;

/** Where and how the figures came about, for the head of a report. */
export function circumstances({ rounds, latencyMs }: SuiteOptions): string {
  return (
    `${latencyMs} ms added to every call, median of ${rounds} round${rounds === 1 ? "" : "s"}, ` +
    `${availableParallelism()} cores, Node ${process.versions.node}`
  );
}

/** The middle value, or the mean of the two in the middle; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper;
}

/** Rounds to `digits` significant digits. */
export function significant(value: number, digits = 3): number {
  return Number.isFinite(value) ? Number(value.toPrecision(digits)) : value;
}

/** A Markdown table; cells as they come, numbers right-aligned. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const right = head.map((_, column) => rows.some((row) => typeof row[column] === "number"));
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(right.map((is) => (is ? "---:" : "---"))), ...rows.map(line)].join("\n");
}

/** Items turned by `by`, so that every round starts with another one. */
export function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const at = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}
