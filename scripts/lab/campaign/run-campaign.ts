// `npm run campaign`: plans, runs and judges seed after seed, then prints the report.

import { runCommand } from "../../../worker/process/command.ts";
import { type CampaignArguments, readArguments } from "./arguments.ts";
import { runScenarios } from "./crash/run-scenarios.ts";
import { buildWorker } from "./fleet/built-worker.ts";
import { laterVersion, mutatedFiles, obedientDecoder } from "./mutants/edited-sources.ts";
import { type Trial, tryMutants } from "./mutants/run-mutants.ts";
import { judge } from "./oracle/judge.ts";
import { coreShare, leaseFor } from "./plan/machine.ts";
import { makeDrainPlan, makeOutagePlan, makePlan, type Plan } from "./plan/plan.ts";
import { figuresOf } from "./report/figures.ts";
import { asTable, type Report, type RunReport, reportOf } from "./report/report.ts";
import { type RunOptions, runPlan } from "./run/run-plan.ts";

/** The arguments, with the lease decided. */
export type Chosen = CampaignArguments & { lease: number };

/** Runs the command. Resolves to the exit code: 0 all invariants hold, 1 one is violated, 2 bad arguments. */
export function runCampaign(args: string[]): Promise<number> {
  const run = async () => {
    const given = readArguments(args);
    const chosen = { ...given, lease: given.lease ?? leaseFor(coreShare()) };
    if (chosen.mutants) return await runMutants(chosen);
    const report = reportOf(
      await (chosen.crashPoints || chosen.crashPairs ? runScenarios(chosen) : seeds(chosen)),
    );
    console.log(chosen.json ? JSON.stringify(report) : asTable(report));
    return exitCodeOf(report, chosen);
  };
  return runCommand("campaign", run);
}

async function runMutants({ only, json, lease }: Chosen): Promise<number> {
  const line = ({ name, caught, invariant, by, seconds }: Trial) =>
    `${caught ? "caught  " : "SURVIVED"} ${name}, by "${invariant}": ${by.slice(0, 120)} (${Math.round(seconds)} s)`;
  const done = await tryMutants({ only, leaseSeconds: lease }, (trial) => !json && console.log(line(trial)));
  const caught = done.filter((trial) => trial.caught).length;
  const score = `${caught}/${done.length}`;
  console.log(json ? JSON.stringify({ v: 1, mutants: score, trials: done }) : `mutants caught: ${score}`);
  return caught === done.length ? 0 : 1;
}

async function seeds(chosen: Chosen): Promise<RunReport[]> {
  const [worker, later] = await Promise.all([
    buildWorker(mutatedFiles({ name: "present version", edits: [obedientDecoder] })),
    buildWorker(mutatedFiles({ ...laterVersion, edits: [...laterVersion.edits, obedientDecoder] })),
  ]);
  try {
    return await runSeeds(chosen, { entry: worker.entry, otherEntry: later.entry });
  } finally {
    worker.remove();
    later.remove();
  }
}

async function runSeeds(
  { seed, seeds: count, jobs, lease, drains, outages }: Chosen,
  workers: Pick<RunOptions, "entry" | "otherEntry">,
): Promise<RunReport[]> {
  const runs: RunReport[] = [];
  let interrupted = false;
  process.once("SIGINT", () => {
    interrupted = true;
    console.error("campaign: stopping after this seed; Ctrl-C again stops at once");
  });
  for (let current = seed; !interrupted && current < seed + count; current += 1) {
    const onProgress = (ended: number) => {
      if (process.stderr.isTTY) process.stderr.write(`\rseed ${current}: ${ended} jobs ended `);
    };
    const [make, mode] = drains
      ? [makeDrainPlan, " --drains"]
      : outages
        ? [makeOutagePlan, " --outages"]
        : [makePlan, ""];
    const plan = make({ seed: current, jobs, leaseSeconds: lease });
    const run = await runSeed(plan, { ...workers, onProgress }, mode);
    console.error(`${process.stderr.isTTY ? "\r" : ""}${summary(`seed ${current}`, run)}`);
    runs.push(run);
  }
  return runs;
}

/** Runs a plan and judges it. */
async function runSeed(plan: Plan, options: RunOptions, mode: string): Promise<RunReport> {
  const { seed, jobs, leaseSeconds } = plan;
  const run = await runPlan(plan, options);
  const { violations, ...figures } = judge(run.evidence);
  if (violations.length === 0) run.removeFolder();
  else console.error(`campaign: the workers' output of seed ${seed} is in ${run.folder}`);
  return {
    seed,
    jobs,
    acknowledged: run.evidence.acknowledged.length,
    faults: run.faults,
    ...figures,
    ambiguousMails: run.evidence.ambiguousMails,
    seconds: run.seconds,
    figures: figuresOf(run.evidence),
    violations,
    ...(violations.length > 0 && {
      replay: `npm run campaign --${mode} --seed ${seed} --jobs ${jobs} --lease ${leaseSeconds}`,
    }),
  };
}

/** One line about a run. */
export function summary(name: string, { acknowledged, violations, seconds }: RunReport): string {
  const verdict = violations.length === 0 ? "every invariant holds" : `${violations.length} violations`;
  return `${name}: ${acknowledged} inputs, ${verdict}, ${Math.round(seconds)} s`;
}

/** Prints what is wrong with a report and returns the exit code. */
function exitCodeOf(report: Report, { crashPoints, crashPairs, drains, outages }: CampaignArguments): number {
  const { violations, replay, staleWritesRejected, crashPointsCovered } = report;
  const shown = 20;
  for (const { invariant, jobId, text } of violations.slice(0, shown))
    console.error(`campaign: ${invariant}: ${jobId === undefined ? "" : `${jobId} `}${text}`);
  if (violations.length > shown) console.error(`campaign: ${violations.length - shown} more violations`);
  if (replay !== undefined) console.error(`campaign: replay with: ${replay}`);
  const [covered, total] = crashPointsCovered.split("/");
  if (crashPoints || crashPairs) {
    if (covered !== total) console.error(`campaign: only ${covered} of ${total} crash points were reached`);
    return violations.length === 0 && covered === total ? 0 : 1;
  }
  if (drains || outages) return violations.length === 0 ? 0 : 1;
  if (staleWritesRejected === 0)
    console.error(
      "campaign: no stale write was attempted, so the run proves nothing about fences: use more jobs",
    );
  return violations.length === 0 && staleWritesRejected > 0 ? 0 : 1;
}
