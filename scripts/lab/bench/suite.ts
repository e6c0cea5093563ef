// What a benchmark suite receives and returns, and its tables. Knows nothing about what is measured.

import { availableParallelism } from "node:os";
import { InvalidSettings } from "../../../worker/fleet/errors.ts";
import { division } from "./cores.ts";

/** The parsed options. */
export type SuiteOptions = {
  rounds: number;
  /** Added to every call to the cloud, in milliseconds. */
  latencyMs: number;
  /** Only rows whose name contains this text. */
  only: string;
  progress: (line: string) => void;
};

/** One measured row. Suites add fields of their own. */
export type Row = {
  name: string;
  unit: string;
  median: number;
  /** Our median relative to the peer's, by the peer's name: the median of the ratios of the rounds. */
  ratioTo: Record<string, number>;
  /** True for our own rows; charts are drawn of them. */
  ours?: boolean;
};

/** Rows for machines, and text in Markdown for people. */
export type SuiteReport = { rows: Row[]; text: string };

/** `--only` matches no row. */
export class NoSuchRow extends InvalidSettings {
  /** The rows that there are. */
  readonly names: readonly string[];

  constructor(only: string, names: readonly string[]) {
    super([`no row's name contains "${only}"; the rows are ${names.join(", ")}`]);
    this.names = names;
  }
}

/** Measures. A slow peer is a result, not a failure. @throws NoSuchRow; rejects when a run fails */
export type Suite = (options: SuiteOptions) => Promise<SuiteReport>;

/** The conditions of a measurement, for the head of a report. @param where which process runs on which cores */
export function circumstances({ rounds, latencyMs }: SuiteOptions, where = division): string {
  return (
    `${latencyMs} ms added to every call, median of ${rounds} round${rounds === 1 ? "" : "s"}, ` +
    `${availableParallelism()} cores (${where}), Node ${process.versions.node}`
  );
}

/** A Markdown table with numbers right-aligned. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const right = head.map((_, column) => rows.some((row) => typeof row[column] === "number"));
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(right.map((is) => (is ? "---:" : "---"))), ...rows.map(line)].join("\n");
}

/** Rotates items, so that every round starts with another one. */
export function rotated<Item>(items: readonly Item[], by: number): Item[] {
  const at = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}
