// `npm run lab -- mutation`: tries every chosen mutant and reports the score of each area.
import { resolve } from "node:path";
import { runCommand } from "../../../worker/process/command.ts";
import type { CommandEnvironment } from "../command-environment.ts";
import { type MutationArguments, readArguments } from "./arguments.ts";
import { type Chosen, chooseMutants } from "./choose.ts";
import type { Mutant } from "./mutants/mutants-of.ts";
import { type MutationReport, scoreOf, textOf } from "./report.ts";
import { ImportGraph } from "./trial/import-graph.ts";
import { Jury } from "./trial/jury.ts";
import { isByTime, TestRunner } from "./trial/test-runner.ts";
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
  const juries = summonJuries({ root, graph, asked, stderr });
  const waiting = chosen.flatMap(({ mutants }) => mutants);
  const count = waiting.length;
  const killed = new Set<Mutant>();
  const survived = new Set<Mutant>();
  const byTime = new Set<Mutant>();
  const judgeInTurn = async (jury: Jury) => {
    for (let mutant = waiting.shift(); mutant && !signal.aborted; mutant = waiting.shift()) {
      const { killedBy, cached } = await jury.judge(mutant);
      (killedBy === undefined ? survived : killed).add(mutant);
      if (killedBy !== undefined && isByTime(killedBy)) byTime.add(mutant);
      if (cached) continue;
      const { file, line, change } = mutant;
      const place = `${count - waiting.length}/${count} ${file}:${line}`;
      stderr.write(`${place} ${change}: ${killedBy ?? "NOBODY SAW IT"}\n`);
    }
  };
  try {
    await Promise.all(juries.members.map(judgeInTurn));
  } finally {
    await juries.dismiss();
  }
  return reportOf(chosen, { killed, survived, byTime }, Math.round((performance.now() - startedAt) / 1000));
}

type Summons = { root: string; graph: ImportGraph; asked: MutationArguments } & Pick<Surroundings, "stderr">;

/** As many juries as may sit at the same time, each with a workspace and a process of its own. */
function summonJuries({ root, graph, asked, stderr }: Summons) {
  const verdicts = new Verdicts(root);
  const seats = Array.from({ length: asked.parallel }, () => {
    const workspace = makeWorkspace(root);
    return { workspace, runner: new TestRunner(workspace.folder) };
  });
  const onBroken = (test: string, failed: string) =>
    stderr.write(`mutation: ${test} fails without a mutant: ${failed}\n`);
  return {
    members: seats.map(
      (seat) => new Jury({ graph, verdicts, testSeconds: asked.tests, ...asked, ...seat, onBroken }),
    ),
    dismiss: async () => {
      for (const { runner, workspace } of seats) {
        await runner.close();
        workspace.remove();
      }
    },
  };
}

type Judged = Record<"killed" | "survived" | "byTime", ReadonlySet<Mutant>>;

/** The report on what was judged: all of it, unless the run was interrupted. */
function reportOf(
  chosen: readonly Chosen[],
  { killed, survived, byTime }: Judged,
  seconds: number,
): MutationReport {
  return {
    v: 1,
    areas: chosen.map(({ area, mutants, equivalent }) =>
      scoreOf(area, {
        killed: mutants.filter((mutant) => killed.has(mutant)).length,
        byTime: mutants.filter((mutant) => byTime.has(mutant)).length,
        equivalent: equivalent.length,
        survived: mutants.filter((mutant) => survived.has(mutant)).length,
      }),
    ),
    survivors: [...survived].map(({ id, file, line, code, change }) => ({ id, file, line, code, change })),
    outdated: chosen.flatMap(({ outdated }) => outdated),
    seconds,
  };
}
