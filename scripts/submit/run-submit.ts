// One run of `npm run submit`: arguments, inputs, a check that the fleet is there, submission, exit code.
import { systemClock } from "../../worker/fleet/clock.ts";
import { InvalidSettings } from "../../worker/fleet/errors.ts";
import { exitCodes, runCommand } from "../../worker/process/command.ts";
import { checkFleet } from "../cli/fleet.ts";
import { counted } from "../cli/format.ts";
import { type ProgressStream, startProgress } from "../cli/progress.ts";
import { readArguments, type SubmitArguments } from "./arguments.ts";
import { kindOf } from "./kinds.ts";
import { lineForPeople, type SubmitLine } from "./line.ts";
import { findSources, type Named } from "./sources.ts";
import { submitAll, type Work } from "./submit.ts";
import { chooseTarget, type Target } from "./target.ts";

/** Where a command writes, and what stops it. */
export type SubmitEnvironment = {
  env: NodeJS.ProcessEnv;
  stdout: NodeJS.WritableStream & { isTTY?: boolean };
  stderr: ProgressStream;
  /** Aborts on Ctrl-C. */
  signal: AbortSignal;
};

/** Runs the command and returns its exit code. */
export function runSubmit(args: readonly string[], environment: SubmitEnvironment): Promise<number> {
  const run = async () => {
    const chosen = readArguments(args, environment);
    const { works, junk } = await worksOf(chosen);
    if (junk > 0) environment.stderr.write(`submit: ${leftOut(junk)}\n`);
    const target = chooseTarget(environment.env, chosen);
    try {
      await checkFleet(target);
      return await submit(chosen, works, target, environment);
    } finally {
      target.destroy();
    }
  };
  return runCommand("submit", run, environment);
}

/** @throws InvalidSettings when any input cannot be submitted; then nothing is submitted */
async function worksOf(named: Named): Promise<{ works: Work[]; junk: number }> {
  const { sources, junk } = await findSources(named);
  const problems: string[] = [];
  const works = sources.flatMap((source) => {
    const kind = kindOf(source);
    if (typeof kind !== "string") return [{ source, kind }];
    problems.push(kind);
    return [];
  });
  if (problems.length > 0) throw new InvalidSettings(problems);
  return { works, junk };
}

const leftOut = (junk: number) =>
  `${counted(junk, "file")} that systems leave in folders (.DS_Store, Thumbs.db and the like) left out`;

async function submit(
  { json, wait, timeout, concurrency }: SubmitArguments,
  works: readonly Work[],
  target: Target,
  { stdout, stderr, signal }: SubmitEnvironment,
): Promise<number> {
  const progress = startProgress(stderr, works.length, wait);
  const print = (line: SubmitLine) => stdout.write(`${json ? JSON.stringify(line) : lineForPeople(line)}\n`);
  try {
    const lines = await submitAll(works, {
      target,
      clock: systemClock,
      concurrency,
      wait,
      timeoutSeconds: timeout,
      signal,
      onLine: (line) => (stdout.isTTY === true ? progress.around(() => print(line)) : print(line)),
      onProgress: progress.show,
    });
    progress.stop();
    stderr.write(`submit: ${summary(works.length, lines)}\n`);
    if (signal.aborted) return exitCodes.interrupted;
    return lines.every((line) => isFine(line, wait)) ? exitCodes.done : exitCodes.failed;
  } finally {
    progress.stop();
  }
}

function isFine({ jobId, outcome }: SubmitLine, wait: boolean): boolean {
  return wait ? outcome === "completed" || outcome === "rejected" : jobId !== null;
}

const states = ["completed", "rejected", "dead-lettered", "timed-out", "submitted", "not submitted"] as const;

/** Every state that occurred, with its count, always in the same order. */
function summary(total: number, lines: readonly SubmitLine[]): string {
  const stateOf = ({ outcome, jobId }: SubmitLine) =>
    outcome ?? (jobId === null ? "not submitted" : "submitted");
  const parts = states
    .map((state) => ({ state, count: lines.filter((line) => stateOf(line) === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${state}`);
  if (total > lines.length) parts.push(`${total - lines.length} interrupted`);
  return `${counted(total, "input")}: ${parts.join(", ")}`;
}
