// Mutants that change nothing anyone can see, from the list beside this file, each with its reason.
import { z } from "zod";
import list from "./equivalents.json" with { type: "json" };
import type { Mutant } from "./mutants/mutants-of.ts";

/** One entry: changes of one line that have one reason. `changes` are written as the report prints them. */
export type Equivalent = { file: string; code: string; changes: readonly string[]; reason: string };

const schema = z.array(
  z.strictObject({
    file: z.string().min(1),
    code: z.string().min(1),
    changes: z.array(z.string().includes(" → ")).min(1),
    reason: z.string().min(10),
  }),
);

/** The list. */
export const equivalents: readonly Equivalent[] = schema.parse(list);

const names = ({ file, code }: Pick<Mutant, "file" | "code">, change: string) =>
  `${file}\n${code}\n${change}`;

/** Sorts mutants: those of the list apart. `outdated` are entries of these files that match no mutant any more. */
export function withoutEquivalents(
  mutants: readonly Mutant[],
  entries: readonly Equivalent[] = equivalents,
): { others: Mutant[]; equivalent: Mutant[]; outdated: string[] } {
  const listed = new Set(entries.flatMap((entry) => entry.changes.map((change) => names(entry, change))));
  const isListed = (mutant: Mutant) => listed.has(names(mutant, mutant.change));
  const files = new Set(mutants.map(({ file }) => file));
  const found = new Set(mutants.map((mutant) => names(mutant, mutant.change)));
  const outdated = [...listed].filter((name) => files.has(name.split("\n")[0] ?? "") && !found.has(name));
  return {
    others: mutants.filter((mutant) => !isListed(mutant)),
    equivalent: mutants.filter(isListed),
    outdated: outdated.map((name) => name.replaceAll("\n", ": ")),
  };
}
