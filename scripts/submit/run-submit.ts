// The life of one `npm run submit`: arguments, inputs, a look whether the fleet is there, submission, exit code.
import { CommanderError } from "commander";
import { systemClock } from "../../worker/fleet/clock.ts";
import { InvalidSettings } from "../../worker/fleet/errors.ts";
import { readArguments, type SubmitArguments } from "./arguments.ts";
import { kindOf } from "./kinds.ts";
import { lineForPeople, type SubmitLine } from "./line.ts";
import { type ProgressStream, startProgress } from "./progress.ts";
import { findSources, type Named } from "./sources.ts";
import { submitAll, type Work } from "./submit.ts";
import { checkTarget, chooseTarget, NoFleet, type Target } from "./target.ts";

/** Where a command writes, and what stops it. */
export type SubmitEnvironment = {
  env: NodeJS.ProcessEnv;
  stdout: NodeJS.WritableStream & { isTTY?: boolean };
  stderr: ProgressStream;
  /** Aborts on Ctrl-C. */
  signal: AbortSignal;
};

/** Runs the command; resolves to the exit code. */
export async function runSubmit(args: readonly string[], environment: SubmitEnvironment): Promise<number> {
  const { env, stderr } = environment;
  try {
    const asked = readArguments(args, (text) => stderr.write(text));
    const works = await worksOf(asked);
    const target = chooseTarget(env, asked);
    try {
      await checkTarget(target);
      return await submit(asked, works, target, environment);
    } finally {
      target.destroy();
    }
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof InvalidSettings) {
      stderr.write(`submit: ${error.problems.join("\nsubmit: ")}\n`);
      return 2;
    }
    stderr.write(`submit: ${error instanceof NoFleet ? error.message : textOf(error)}\n`);
    return 1;
  }
}

/** @throws InvalidSettings when any input cannot be submitted: then nothing is */
async function worksOf(named: Named): Promise<Work[]> {
  const sources = await findSources(named);
  const problems: string[] = [];
  const works = sources.flatMap((source) => {
    const kind = kindOf(source);
    if (typeof kind !== "string") return [{ source, kind }];
    problems.push(kind);
    return [];
  });
  if (problems.length > 0) throw new InvalidSettings(problems);
  return works;
}

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
    if (signal.aborted) return 130;
    return lines.every((line) => isFine(line, wait)) ? 0 : 1;
  } finally {
    progress.stop();
  }
}

function isFine({ jobId, outcome }: SubmitLine, wait: boolean): boolean {
  return wait ? outcome === "completed" || outcome === "rejected" : jobId !== null;
}

const states = ["completed", "rejected", "dead-lettered", "timed-out", "submitted", "not submitted"] as const;

/** Every state that occurred with its count, always in the same order. */
function summary(total: number, lines: readonly SubmitLine[]): string {
  const stateOf = ({ outcome, jobId }: SubmitLine) =>
    outcome ?? (jobId === null ? "not submitted" : "submitted");
  const parts = states
    .map((state) => ({ state, count: lines.filter((line) => stateOf(line) === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${state}`);
  if (total > lines.length) parts.push(`${total - lines.length} interrupted`);
  return `${total} ${total === 1 ? "input" : "inputs"}: ${parts.join(", ")}`;
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
