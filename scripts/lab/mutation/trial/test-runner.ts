// Runs single test files of a workspace in a process that is replaced when a run does not end in time.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { processesNaming, processTree } from "../../measure/processes.ts";

/** Asks for one test file; `changed` were written since the last request. */
export type TestRequest = { test: string; changed: readonly string[] };

/** The first test that failed, if any. */
export type TestAnswer = { failed: string | undefined; ms: number };

const withoutEnd = "did not end within";

/** True for a failure that only the time limit found: a run without end, or a machine too busy for it. */
export const isByTime = (failed: string): boolean => failed.startsWith(withoutEnd);

/** Runs test files one after another. */
export class TestRunner {
  readonly #folder: string;
  #child: Promise<ChildProcess> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Runs a file. A run that takes longer than `withinMs` is ended with all its processes and counts as failed. */
  async run(request: TestRequest, withinMs: number): Promise<TestAnswer> {
    this.#child ??= this.#start();
    const child = await this.#child;
    child.send(request);
    const answer = await firstOf(child, withinMs);
    if (answer === undefined) {
      await this.close();
      return { failed: `${withoutEnd} ${(withinMs / 1000).toFixed(0)} s`, ms: withinMs };
    }
    if (answer.failed !== undefined) end(processesNaming(this.#folder).filter((pid) => pid !== child.pid));
    return answer;
  }

  /** Ends the process and what it started. */
  async close(): Promise<void> {
    const child = await this.#child;
    this.#child = undefined;
    if (child?.pid !== undefined) end(processTree(child.pid).map(({ pid }) => pid));
    end(processesNaming(this.#folder));
  }

  async #start(): Promise<ChildProcess> {
    const program = join(import.meta.dirname, "vitest-process.ts");
    const child = fork(program, [this.#folder], { stdio: "ignore", env: withoutVitest(process.env) });
    child.once("exit", () => {
      this.#child = undefined;
    });
    await once(child, "message");
    return child;
  }
}

/** The environment without what a surrounding vitest has set: the project's own tests run a few mutants. */
const withoutVitest = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !/^(VITEST|NODE_ENV$|TEST$)/.test(name)));

/** What a process answers; nothing when it does not answer in time. A process that ends has failed. */
async function firstOf(child: ChildProcess, withinMs: number): Promise<TestAnswer | undefined> {
  const done = new AbortController();
  const heard = { signal: AbortSignal.any([done.signal, AbortSignal.timeout(Math.ceil(withinMs))]) };
  try {
    return await Promise.race([
      once(child, "message", heard).then(([answer]) => answer as TestAnswer),
      once(child, "exit", heard).then(() => ({ failed: "vitest ended", ms: 0 })),
    ]);
  } catch {
    return undefined;
  } finally {
    done.abort();
  }
}

/** Ends processes that a test left. They are known by the workspace in their command lines, or as descendants. */
function end(pids: readonly number[]): void {
  for (const pid of pids)
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
}
