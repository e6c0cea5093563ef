// Which mutants a run tries: of an area, of a path or of all areas, all of them or a sample that stays the same from run to run.
import { InvalidSettings } from "../../../worker/fleet/errors.ts";
import { areaOf, areas } from "./areas.ts";
import { withoutEquivalents } from "./equivalents.ts";
import { type Mutant, mutantsOf } from "./mutants/mutants-of.ts";
import type { ImportGraph } from "./trial/import-graph.ts";

/** Which mutants are asked for: `sample` of each area at most, those after the first `skip`. */
export type Asked = { only?: string | undefined; sample?: number | undefined; skip?: number };

/** The mutants of one area. */
export type Chosen = { area: string; mutants: Mutant[]; equivalent: Mutant[]; outdated: string[] };

/**
 * Chooses the mutants of an area, of the sources at a path, or of all areas.
 * @throws InvalidSettings for a path without sources
 */
export function chooseMutants(
  graph: ImportGraph,
  { only, sample = Number.POSITIVE_INFINITY, skip = 0 }: Asked,
): Chosen[] {
  const files = filesAt(graph, only);
  if (files.length === 0)
    throw new InvalidSettings([
      `--only takes an area, a source file or a folder of sources; ${only} is none`,
    ]);
  const byArea = Map.groupBy(files, (file) => areaOf(file) ?? only ?? file);
  return [...byArea].map(([area, members]) => {
    const all = members.flatMap((file) => mutantsOf(file, graph.read(file)));
    const { others, equivalent, outdated } = withoutEquivalents(all);
    return { area, ...sampled(others, equivalent, { sample, skip }), outdated };
  });
}

function filesAt(graph: ImportGraph, only: string | undefined): string[] {
  if (only === undefined) return filesOfAreas(graph);
  if (Object.hasOwn(areas, only)) return filesOfAreas(graph).filter((file) => areaOf(file) === only);
  return graph.below(only);
}

function filesOfAreas(graph: ImportGraph): string[] {
  const paths = Object.values(areas).flat();
  const files = paths.flatMap((path) => graph.below(path));
  return [...new Set(files)].filter((file) => areaOf(file) !== undefined);
}

/** Ids are hashes, so any run of them is a fair sample; equivalents are part of it. */
function sampled(
  others: Mutant[],
  equivalent: Mutant[],
  { sample, skip }: { sample: number; skip: number },
): Omit<Chosen, "area" | "outdated"> {
  const all = [...others, ...equivalent].sort((one, other) => one.id.localeCompare(other.id));
  const chosen = new Set(all.slice(skip, skip + sample));
  return {
    mutants: others.filter((mutant) => chosen.has(mutant)),
    equivalent: equivalent.filter((mutant) => chosen.has(mutant)),
  };
}
