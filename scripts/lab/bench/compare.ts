// Compares ways of doing the same, in interleaved rounds: each round measures all of them, one after the other, and starts with
// another one. Knows nothing about what is measured.
import { median, significant } from "../measure/statistics.ts";
import { markdownTable, NoSuchRow, type Row, rotated, type SuiteOptions, type SuiteReport } from "./suite.ts";

/** Figures of one run by their names, which include the unit. */
export type Figures = Readonly<Record<string, number>>;

/** One way. The first of a contest is ours. */
export type Contender = { name: string; measure: () => Promise<Figures> };

/** Ways of doing the same thing. */
export type Contest = { name: string; contenders: readonly Contender[] };

/** What is compared. */
export type Comparison = {
  suite: string;
  /** The figure that ratios are made of. */
  main: string;
  contests: readonly Contest[];
};

/** A row of a comparison: the main figure, its smallest and largest round, and the medians of all figures. */
export type ComparedRow = Row & { contest: string; least: number; most: number; figures: Figures };

type Measured = { contest: Contest; contender: Contender; rounds: Figures[] };

const nameOf = (suite: string, { contest, contender }: Omit<Measured, "rounds">) =>
  `${suite}/${contest.name}/${contender.name}`;

/** Measures all. A contender that fails ends the comparison. @throws NoSuchRow */
export async function compare(
  { suite, main, contests }: Comparison,
  { rounds, only, progress }: SuiteOptions,
): Promise<ComparedRow[]> {
  const all = contests.flatMap((contest) =>
    contest.contenders.map((contender): Measured => ({ contest, contender, rounds: [] })),
  );
  const chosen = all.filter((each) => nameOf(suite, each).includes(only));
  if (chosen.length === 0)
    throw new NoSuchRow(
      only,
      all.map((each) => nameOf(suite, each)),
    );
  for (let round = 0; round < rounds; round += 1)
    for (const contest of contests)
      for (const each of rotated(
        chosen.filter((one) => one.contest === contest),
        round,
      )) {
        const figures = await each.contender.measure();
        each.rounds.push(figures);
        progress(`round ${round + 1}/${rounds} ${nameOf(suite, each)}: ${inWords(figures)}`);
      }
  return chosen.map((each) => rowOf(suite, main, each, chosen));
}

const inWords = (figures: Figures) =>
  Object.entries(figures)
    .map(([name, value]) => `${significant(value)} ${name}`)
    .join(", ");

const of = (main: string, { rounds }: Measured) => rounds.map((figures) => figures[main] ?? Number.NaN);

function rowOf(suite: string, main: string, measured: Measured, all: readonly Measured[]): ComparedRow {
  const values = of(main, measured);
  const ratios = all
    .filter((other) => other.contest === measured.contest && other !== measured)
    .map((other) => {
      const theirs = of(main, other);
      const each = values.map((value, round) => value / (theirs[round] ?? Number.NaN));
      return [other.contender.name, significant(median(each))] as const;
    });
  const names = Object.keys(measured.rounds[0] ?? {});
  const figures = names.map((name) => [name, significant(median(of(name, measured)))] as const);
  return {
    name: nameOf(suite, measured),
    contest: measured.contest.name,
    unit: main,
    median: significant(median(values)),
    least: significant(Math.min(...values)),
    most: significant(Math.max(...values)),
    ratioTo: Object.fromEntries(ratios),
    ours: measured.contest.contenders[0] === measured.contender,
    figures: Object.fromEntries(figures),
  };
}

/** The table of a comparison. The last column says how many times of each contender's main figure the first one's is. */
export function comparedTable(rows: readonly ComparedRow[], main: string): string {
  const others = [...new Set(rows.flatMap(({ figures }) => Object.keys(figures)))].filter(
    (name) => name !== main,
  );
  const head = ["", main, "least to most", ...others, "ours to this one"];
  const cells = rows.map((row) => {
    const first = rows.find(({ contest }) => contest === row.contest);
    const last = row.name.slice(row.name.lastIndexOf("/") + 1);
    return [
      `${row.contest}: ${last}`,
      row.median,
      `${row.least} to ${row.most}`,
      ...others.map((name) => row.figures[name] ?? ""),
      first === undefined || first === row ? "" : (first.ratioTo[last] ?? ""),
    ];
  });
  return markdownTable(head, cells);
}

/** Rows and text of a comparison under a title. */
export function reportOf(rows: readonly ComparedRow[], main: string, title: string): SuiteReport {
  return { rows: [...rows], text: `${title}\n\n${comparedTable(rows, main)}` };
}
