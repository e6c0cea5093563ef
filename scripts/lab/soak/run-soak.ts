// `npm run lab -- soak`: starts a local system, feeds inputs and faults for some minutes, prints a line per window, stops the
// load and the system, and reports the verdict.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../../../worker/process/command.ts";
import type { CommandEnvironment } from "../command-environment.ts";
import { hasProc } from "../measure/processes.ts";
import { readArguments, type SoakArguments } from "./arguments.ts";
import { memoryChart } from "./chart.ts";
import { reportOf } from "./report.ts";
import { soak } from "./soak.ts";

type Streams = Omit<CommandEnvironment, "env">;

/** Runs the command. Resolves to the exit code. */
export function runSoak(args: readonly string[], environment: Streams): Promise<number> {
  const { stderr } = environment;
  const inFolder = async () => {
    const asked = readArguments(args, environment);
    if (!hasProc()) {
      stderr.write("soak: needs /proc to read open files and memory; this system does not have it\n");
      return 1;
    }
    const folder = await mkdtemp(join(tmpdir(), "fifo-fleet-soak-"));
    try {
      return await run(asked, folder, environment);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
  return runCommand("soak", inFolder, environment);
}

async function run(
  asked: SoakArguments,
  folder: string,
  { stdout, stderr, signal }: Streams,
): Promise<number> {
  const result = await soak(asked, { folder, signal, progress: (line) => stderr.write(`soak: ${line}\n`) });
  if (asked.svg !== undefined) await writeFile(asked.svg, memoryChart(result.windows, result.warmUpMinutes));
  stdout.write(`${asked.json ? JSON.stringify(result) : reportOf(result)}\n`);
  if (signal.aborted) return 130;
  return result.problems.length === 0 ? 0 : 1;
}
