// What a mutation run prints: the score of each area, and what no test saw.
import type { Mutant } from "./mutants/mutants-of.ts";

/**
 * One area's figures. `score` is the percentage of mutants killed, those without effect aside; `byTime` of the killed were
 * noticed only because a test did not end.
 */
export type AreaScore = {
  area: string;
  mutants: number;
  killed: number;
  byTime: number;
  equivalent: number;
  survived: number;
  score: number;
};

/** The stable fields of `--json`. */
export type MutationReport = {
  v: 1;
  areas: AreaScore[];
  survivors: Pick<Mutant, "id" | "file" | "line" | "code" | "change">[];
  /** Entries of the list of equivalents that match no mutant. */
  outdated: string[];
  seconds: number;
};

/** An area's figures. */
export function scoreOf(area: string, counts: Omit<AreaScore, "area" | "mutants" | "score">): AreaScore {
  const { killed, equivalent, survived } = counts;
  const judged = killed + survived;
  const score = judged === 0 ? 100 : Math.round((1000 * killed) / judged) / 10;
  return { area, mutants: judged + equivalent, ...counts, score };
}

/** The report for people. */
export function textOf({ areas, survivors, outdated, seconds }: MutationReport): string {
  const row = (cells: readonly (string | number)[]) =>
    `${String(cells[0]).padEnd(16)}${cells
      .slice(1)
      .map((cell) => String(cell).padStart(11))
      .join("")}`;
  return [
    ...survivors.map(
      ({ id, file, line, code, change }) => `${file}:${line} ${id}\n    ${code}\n    ${change}`,
    ),
    ...outdated.map((entry) => `this entry of the list of equivalents matches no mutant: ${entry}`),
    "",
    row(["area", "mutants", "killed", "by time", "equivalent", "survived", "score"]),
    ...areas.map((one) =>
      row([one.area, one.mutants, one.killed, one.byTime, one.equivalent, one.survived, `${one.score} %`]),
    ),
    `in ${seconds.toFixed(0)} s`,
  ].join("\n");
}
