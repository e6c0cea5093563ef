// Runs every scenario with every crash point, several at a time because most of the time goes into waiting for leases.
// The same oracle judges each as judges a seed.
import type { CampaignArguments } from "../arguments.ts";
import { buildWorker } from "../fleet/built-worker.ts";
import { judge } from "../oracle/judge.ts";
import { defaultLeaseSeconds } from "../plan/plan.ts";
import { figuresOf } from "../report/figures.ts";
import type { RunReport } from "../report/report.ts";
import { selectByName } from "../select-by-name.ts";
import { type CrashOptions, runScenario } from "./run-scenario.ts";
import { type Scenario, scenarios } from "./scenarios.ts";

const parallelScenarios = 4;

/** Runs the chosen scenarios. @throws InvalidSettings for a name that no scenario has */
export async function runScenarios({
  crashPairs,
  only,
  seed,
  part,
  lease: leaseSeconds,
}: CampaignArguments & { lease: number }): Promise<RunReport[]> {
  const waiting = selectByName(scenarios, only);
  const worker = await buildWorker();
  const reports: RunReport[] = [];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const deaths = crashPairs ? 2 : 1;
      const onDeath = progressOf(next.name);
      const options = { deaths, leaseSeconds, entry: worker.entry, onDeath, ...(part && { part }) } as const;
      const report = await scenarioReport(next, options, seed);
      reports.push(report);
      console.error(line(report));
    }
  };
  await Promise.all(Array.from({ length: parallelScenarios }, work)).finally(worker.remove);
  return reports;
}

const progressEveryMs = 30_000;

/** Says every half minute how far a scenario is. */
function progressOf(name: string): NonNullable<CrashOptions["onDeath"]> {
  let saidAt = Date.now();
  return (done, of) => {
    if (Date.now() - saidAt < progressEveryMs) return;
    saidAt = Date.now();
    console.error(`${name}: ${done} of ${of} so far`);
  };
}

const line = ({ crashes: coverage, violations, seconds }: RunReport) =>
  `${coverage?.name}: ${coverage?.covered}/${coverage?.total}, ${violations.length} violations, ${Math.round(seconds)} s`;

/** Runs and judges one scenario. */
export async function scenarioReport(
  scenario: Scenario,
  options: CrashOptions,
  seed: number,
): Promise<RunReport> {
  const run = await runScenario(scenario, options);
  const { violations, ...figures } = judge(run.evidence);
  if (violations.length === 0) run.removeFolder();
  else console.error(`campaign: the workers' output of ${scenario.name} is in ${run.folder}`);
  const mode = options.deaths === 2 ? "--crash-pairs" : "--crash-points";
  return {
    seed,
    jobs: run.evidence.history.jobs.size,
    acknowledged: run.evidence.acknowledged.length,
    faults: { "kill-at-request": run.covered * options.deaths },
    ...figures,
    ambiguousMails: run.evidence.ambiguousMails,
    seconds: run.seconds,
    figures: figuresOf(run.evidence),
    crashes: { name: run.name, covered: run.covered, total: run.total },
    violations,
    ...(violations.length > 0 && {
      replay: `npm run campaign -- ${mode} --only "${scenario.name}" --lease ${options.leaseSeconds ?? defaultLeaseSeconds}`,
    }),
  };
}
