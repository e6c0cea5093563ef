// `npm run lab -- fuzz`: feeds hostile input to a suite, reproducible by seed, and reports what happened.
import { runCommand } from "../../../worker/process/command.ts";
import type { CommandEnvironment } from "../command-environment.ts";
import { type FuzzSuite, readArguments } from "./arguments.ts";
import { consoleSuite } from "./console.ts";
import { type FuzzResult, fuzz } from "./fuzz.ts";
import { sandboxedSuite } from "./sandboxed.ts";
import type { ReadySuite } from "./suite.ts";
import { triggersSuite } from "./triggers.ts";

type Streams = Omit<CommandEnvironment, "env">;

const suites: Record<FuzzSuite, () => Promise<ReadySuite>> = {
  pictures: () => sandboxedSuite("pictures"),
  heic: () => sandboxedSuite("heic"),
  readers: () => sandboxedSuite("readers"),
  mails: () => sandboxedSuite("mails"),
  tnef: () => sandboxedSuite("tnef"),
  nested: () => sandboxedSuite("nested"),
  triggers: triggersSuite,
  console: consoleSuite,
};

/** Milliseconds between two lines of progress. */
const everyMs = 5000;

/** Runs the command. Resolves to the exit code. */
export function runFuzz(args: readonly string[], { stdout, stderr, signal }: Streams): Promise<number> {
  const run = async () => {
    const asked = readArguments(args, { stdout, stderr });
    const suite = await suites[asked.suite]();
    let reported = performance.now();
    const onProgress = (done: number, perSecond: number) => {
      if (performance.now() - reported < everyMs) return;
      reported = performance.now();
      stderr.write(`fuzz: ${done} of ${asked.runs} ${asked.suite}, ${perSecond.toFixed(0)}/s\n`);
    };
    const result = await fuzz(asked, suite, { signal, onProgress }).catch(async (error: unknown) => {
      await suite.close();
      throw error;
    });
    stdout.write(`${asked.json ? JSON.stringify(result) : reportOf(result)}\n`);
    if (signal.aborted) return 130;
    return result.problems.length === 0 ? 0 : 1;
  };
  return runCommand("fuzz", run, { stderr });
}

function reportOf(result: FuzzResult): string {
  const { suite, runs, seed, seconds, runsPerSecond, outcomes, contained, problems, rssMegabytes } = result;
  const findings = (title: string, list: FuzzResult["problems"]) =>
    list.length === 0 ? [] : [title, ...list.map(({ what, again }) => `  ${what}\n    ${again}`)];
  return [
    `fuzz ${suite}: ${runs} runs of seed ${seed} in ${seconds} s (${runsPerSecond}/s)`,
    ...Object.entries(outcomes).map(([name, count]) => `  ${String(count).padStart(8)}  ${name}`),
    `  longest run ${result.longestRunMs} ms; this process was blocked for at most ${result.longestBlockMs} ms, ` +
      `${rssMegabytes.start} MB before, ${rssMegabytes.end} MB after`,
    ...findings("contained (the child was replaced and the job would end):", contained),
    ...findings("problems:", problems),
    problems.length === 0 ? "no problems" : "",
  ].join("\n");
}
