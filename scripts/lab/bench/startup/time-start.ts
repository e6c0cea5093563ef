// Starts a program and measures how long it takes until it is ready, and what it holds when it then rests.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { z } from "zod";
import { processTree, treeCpu } from "../../measure/processes.ts";
import { megabytes } from "../../measure/statistics.ts";
import type { Figures } from "../compare.ts";

/** A program, and how to see that it is ready. */
export type Program = {
  file: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Resolves when it is ready. `line` resolves at the first line of its output that matches. */
  ready: (line: (pattern: RegExp) => Promise<void>) => Promise<unknown>;
  /** How long it rests before its memory is read, milliseconds; it is not read where this is left out. */
  restMs?: number;
};

/** Starts it, measures, and ends it with what it has started. */
export async function timeStart({ file, args, env, ready: isReady, restMs }: Program): Promise<Figures> {
  const startedAt = performance.now();
  const child = spawn(file, [...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  try {
    await Promise.race([isReady((pattern) => lineOf(child, pattern)), endOf(child)]);
    const ready = {
      "ms until ready": performance.now() - startedAt,
      "CPU ms with children": treeCpu(child.pid ?? 0).treeMs,
    };
    child.stdout?.resume();
    if (restMs === undefined) return ready;
    await wait(restMs);
    const [own] = processTree(child.pid ?? 0);
    return { ...ready, "MB resident at rest": megabytes(own?.rssBytes ?? Number.NaN) };
  } finally {
    end(child);
  }
}

/**
 * Measures in a process of its own how long a module takes to be imported: neither the start of Node nor its end.
 * @param how `require` for CommonJS, as Lambda loads it
 */
export async function timeImport(
  file: string,
  how: "import" | "require",
  env: Readonly<Record<string, string>>,
): Promise<Figures> {
  const load = `${how === "require" ? "" : "await "}${how}(${JSON.stringify(file)});`;
  const code = `const [at, cpu] = [performance.now(), process.cpuUsage()]; ${load}
    const [ms, used] = [performance.now() - at, process.cpuUsage(cpu)];
    console.log(JSON.stringify({ ms, cpuMs: (used.user + used.system) / 1000 })); process.exit();`;
  const type = how === "require" ? "commonjs" : "module";
  const { stdout } = await run(process.execPath, [`--input-type=${type}`, "-e", code], {
    env: { ...process.env, ...env },
  });
  const { ms, cpuMs } = importedSchema.parse(JSON.parse(stdout));
  return { "ms until ready": ms, "CPU ms with children": cpuMs };
}

const run = promisify(execFile);
const importedSchema = z.object({ ms: z.number(), cpuMs: z.number() });

/** Rejects when the program has ended. */
const endOf = (child: ChildProcess): Promise<never> =>
  new Promise((_, reject) => {
    child.once("exit", (code, signal) =>
      reject(new Error(`${child.spawnfile} ended with ${signal ?? code}`)),
    );
    child.once("error", reject);
  });

function lineOf({ stdout }: ChildProcess, pattern: RegExp): Promise<void> {
  let text = "";
  return new Promise((resolve) => {
    stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (pattern.test(text)) resolve();
    });
  });
}

function end({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** Waits until an address answers with 200. */
export async function answers(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.status === 200) return;
    await wait(5);
  }
}
