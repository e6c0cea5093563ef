// `npm run lab -- mutation`: tries every chosen mutant and reports the score of each area.
import { resolve } from "node:path";
import { runCommand } from "../../../worker/process/command.ts";
import type { CommandEnvironment } from "../command-environment.ts";
import { type MutationArguments, readArguments } from "./arguments.ts";
import { type Chosen, chooseMutants } from "./choose.ts";
import type { Mutant } from "./mutants/mutants-of.ts";
import { type AreaScore, type MutationReport, scoreOf, textOf } from "./report.ts";
import { ImportGraph } from "./trial/import-graph.ts";
import { Jury } from "./trial/jury.ts";
import { TestRunner } from "./trial/test-runner.ts";
import { Verdicts } from "./trial/verdicts.ts";
import { makeWorkspace } from "./trial/workspace.ts";

type Surroundings = Omit<CommandEnvironment, "env">;

/** Runs the command. Resolves to the exit code. */
export function runMutation(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { stdout, stderr, signal } = surroundings;
  const run = async () => {
    const asked = readArguments(args, surroundings);
    const root = resolve(import.meta.dirname, "../../..");
    const graph = new ImportGraph(root);
    const chosen = chooseMutants(graph, asked);
    if (asked.list) {
      stdout.write(`${listOf(chosen)}\n`);
      return 0;
    }
    const report = await tryAll(root, graph, chosen, asked, surroundings);
    stdout.write(`${asked.json ? JSON.stringify(report) : textOf(report)}\n`);
    if (signal.aborted) return 130;
    return report.outdated.length > 0 || report.areas.some(({ score }) => score < asked.least) ? 1 : 0;
  };
  return runCommand("mutation", run, { stderr });
}

const listOf = (chosen: readonly Chosen[]) =>
  chosen
    .flatMap(({ mutants }) => mutants)
    .map(({ id, file, line, code, change }) => [id, `${file}:${line}`, code, change].join("\t"))
    .join("\n");

async function tryAll(
  root: string,
  graph: ImportGraph,
  chosen: readonly Chosen[],
  asked: MutationArguments,
  { stderr, signal }: Surroundings,
): Promise<MutationReport> {
  const startedAt = performance.now();
  const workspace = makeWorkspace(root);
  const runner = new TestRunner(workspace.folder);
  const jury = new Jury({
    graph,
    workspace,
    runner,
    verdicts: new Verdicts(root),
    testSeconds: asked.tests,
    flows: asked.flows,
    fresh: asked.fresh,
    onBroken: (test, failed) => stderr.write(`mutation: ${test} fails without a mutant: ${failed}\n`),
  });
  try {
    const areas: AreaScore[] = [];
    const survivors: Mutant[] = [];
    for (const { area, mutants, equivalent } of chosen) {
      let killed = 0;
      const alive: Mutant[] = [];
      for (const [index, mutant] of mutants.entries()) {
        if (signal.aborted) break;
        const { killedBy, cached } = await jury.judge(mutant);
        if (killedBy === undefined) alive.push(mutant);
        else killed += 1;
        if (!cached)
          stderr.write(
            `${area} ${index + 1}/${mutants.length} ${mutant.file}:${mutant.line} ${mutant.change}: ${killedBy ?? "SURVIVED"}\n`,
          );
      }
      areas.push(scoreOf(area, { killed, equivalent: equivalent.length, survived: alive.length }));
      survivors.push(...alive);
    }
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    return {
      v: 1,
      areas,
      survivors: survivors.map(({ id, file, line, code, change }) => ({ id, file, line, code, change })),
      outdated: chosen.flatMap(({ outdated }) => outdated),
      seconds,
    };
  } finally {
    await runner.close();
    workspace.remove();
  }
}
