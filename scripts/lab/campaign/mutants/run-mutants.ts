// Tests the oracle: every mutant runs where its defect shows, and the invariant it names must be violated.
import { InvalidSettings } from "../../../../worker/fleet/errors.ts";
import { runScenario } from "../crash/run-scenario.ts";
import { scenarios } from "../crash/scenarios.ts";
import { buildWorker } from "../fleet/built-worker.ts";
import type { Evidence, Violation } from "../oracle/evidence.ts";
import { judge } from "../oracle/judge.ts";
import { coreShare, leaseFor } from "../plan/machine.ts";
import { makePlan, type Plan } from "../plan/plan.ts";
import { runPlan } from "../run/run-plan.ts";
import { selectByName } from "../select-by-name.ts";
import { mutatedFiles, obedientDecoder } from "./edited-sources.ts";
import { failingTest } from "./expose-by-test.ts";
import type { Exposure, Mutant } from "./mutant.ts";
import { mutants } from "./mutants.ts";

/** The outcome of one mutant. */
export type Trial = {
  name: string;
  invariant: string;
  caught: boolean;
  /** The first violation of the invariant, or everything that was violated instead. */
  by: string;
  seconds: number;
};

const seed = 1;

/** Runs one mutant. */
export async function tryMutant(mutant: Mutant, leaseSeconds = leaseFor(coreShare())): Promise<Trial> {
  const { exposure } = mutant;
  if (exposure.by === "test") return tryByTest(mutant, exposure);
  const startedAt = Date.now();
  const worker = await buildWorker(mutatedFiles({ ...mutant, edits: [...mutant.edits, obedientDecoder] }));
  try {
    const evidence = await expose(exposure, worker.entry, leaseSeconds);
    const { violations } = judge(evidence);
    const breach = violations.find(({ invariant }) => invariant === mutant.invariant);
    const { name, invariant } = mutant;
    const seconds = (Date.now() - startedAt) / 1000;
    return { name, invariant, caught: breach !== undefined, by: breach?.text ?? others(violations), seconds };
  } finally {
    worker.remove();
  }
}

async function tryByTest(mutant: Mutant, exposure: Extract<Exposure, { by: "test" }>): Promise<Trial> {
  const startedAt = Date.now();
  const failed = await failingTest(mutatedFiles(mutant), exposure);
  return {
    name: mutant.name,
    invariant: mutant.invariant,
    caught: failed !== undefined,
    by: failed ?? `every test passed in ${exposure.file}`,
    seconds: (Date.now() - startedAt) / 1000,
  };
}

const others = (violations: readonly Violation[]) =>
  `not violated; violated instead: ${violations.map(({ invariant }) => invariant).join(", ") || "nothing"}`;

async function expose(
  exposure: Exclude<Exposure, { by: "test" }>,
  entry: string,
  leaseSeconds: number,
): Promise<Evidence> {
  const patienceMs = 6000 * leaseSeconds;
  if (exposure.by === "plan") {
    const { jobs, faults } = exposure;
    const plan: Plan = {
      ...makePlan({ seed, jobs, leaseSeconds }),
      faults,
      requests: { probability: 0, seed },
    };
    const run = await runPlan(plan, {
      entry,
      patienceMs: exposure.patience ? exposure.patience * leaseSeconds * 1000 : patienceMs,
    });
    run.removeFolder();
    return run.evidence;
  }
  const scenario = scenarios.find(({ name }) => name === exposure.scenario);
  if (scenario === undefined) throw new InvalidSettings([`no scenario is called ${exposure.scenario}`]);
  const run = await runScenario(scenario, { deaths: 1, entry, leaseSeconds, patienceMs });
  run.removeFolder();
  return run.evidence;
}

/** Runs the chosen mutants one after another. @throws InvalidSettings for a name that no mutant has */
export async function tryMutants(
  { only, leaseSeconds }: { only: string | undefined; leaseSeconds: number },
  onTrial: (trial: Trial) => void,
): Promise<Trial[]> {
  const chosen = selectByName(mutants, only);
  const trials: Trial[] = [];
  for (const mutant of chosen) {
    const trial = await tryMutant(mutant, leaseSeconds);
    trials.push(trial);
    onTrial(trial);
  }
  return trials;
}
