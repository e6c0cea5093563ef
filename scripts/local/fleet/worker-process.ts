// One worker process on one simulated instance: starts it, restarts it when it dies, and gives it up when it dies again and
// again, as systemd would. A process that ended by itself with exit code 0 has drained and stays ended.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { workerNodeOptions } from "../../../worker/process/node-options.ts";
import type { Measurement } from "../processes/measure.ts";

export type WorkerProcessOptions = {
  /** The environment of the nth process, from 1. */
  env: (start: number) => Record<string, string>;
  /** Every line the worker prints: JSON logs and embedded metrics. */
  onLine: (line: string) => void;
  /** Called when a process starts (with the number of its start), and when it ended. */
  onStart: (workerPid: number | undefined, start: number) => void;
  onExit: (exit: WorkerExit) => void;
  restartAfterMs: number;
  /** A process that was started so often within so many milliseconds is given up; without this none is. */
  limit?: { starts: number; withinMs: number; onGivenUp: () => void };
};

/** How a worker process ended. */
export type WorkerExit = {
  workerPid: number | undefined;
  code: number | null;
  signal: NodeJS.Signals | null;
  restarts: boolean;
};

const entry = fileURLToPath(new URL("../../../worker/main.ts", import.meta.url));
const tether = fileURLToPath(new URL("../processes/tether.ts", import.meta.url));

/** Keeps a worker running until it is stopped. */
export class WorkerProcess {
  readonly #options: WorkerProcessOptions;
  #child: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #wanted = true;
  #asked = 0;
  #starts = 0;
  readonly #startedAt: number[] = [];

  constructor(options: WorkerProcessOptions) {
    this.#options = options;
    this.#start();
  }

  /** The process id; undefined while none is running. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** True when no process runs and none will be started, because the last one drained. */
  get hasEnded(): boolean {
    return this.#child === undefined && !this.#wanted;
  }

  /** Sends a signal; false when no process is running. A worker that dies of it is restarted unless it is stopping. */
  kill(signal: NodeJS.Signals): boolean {
    return this.#child?.kill(signal) ?? false;
  }

  /** The worker's memory; undefined when it does not answer within `withinMs` (frozen, blocked or gone). */
  measure(withinMs: number): Promise<Measurement | undefined> {
    const child = this.#child;
    this.#asked += 1;
    const question = this.#asked;
    return new Promise((resolve) => {
      const end = (answer?: Measurement) => {
        clearTimeout(late);
        child?.off("message", hear);
        resolve(answer);
      };
      const hear = (message: unknown) => {
        const { measured, measurement } = message as { measured?: number; measurement?: Measurement };
        if (measured === question) end(measurement);
      };
      const late = setTimeout(end, withinMs);
      if (child?.connected !== true) return end();
      child.on("message", hear);
      child.send({ measure: question }, (error) => error !== null && end());
    });
  }

  /** Lets the worker drain, kills it after `withinMs`, and resolves when it has ended. */
  async stop(withinMs: number): Promise<void> {
    this.#wanted = false;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child === undefined) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    const late = setTimeout(() => child.kill("SIGKILL"), withinMs);
    child.kill("SIGTERM");
    await gone;
    clearTimeout(late);
  }

  #start(): void {
    this.#starts += 1;
    this.#startedAt.push(performance.now());
    // In its own session, so that the terminal's Ctrl-C does not reach the worker directly: it must drain first. The IPC
    // channel is the tether: a worker ends at once when its parent is gone.
    const child = spawn(process.execPath, [...workerNodeOptions, "--import", tether, entry], {
      env: this.#options.env(this.#starts),
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.#child = child;
    this.#options.onStart(child.pid, this.#starts);
    for (const stream of [child.stdout, child.stderr])
      if (stream !== null) createInterface({ input: stream }).on("line", this.#options.onLine);
    child.once("exit", (code, signal) => {
      this.#child = undefined;
      const failed = this.#wanted && code !== 0;
      const givenUp = failed && this.#startsTooOften();
      this.#wanted = failed && !givenUp;
      this.#options.onExit({ workerPid: child.pid, code, signal, restarts: this.#wanted });
      if (this.#wanted) this.#timer = setTimeout(() => this.#start(), this.#options.restartAfterMs);
      if (givenUp) this.#options.limit?.onGivenUp();
    });
  }

  #startsTooOften(): boolean {
    const { limit } = this.#options;
    if (limit === undefined) return false;
    const since = performance.now() - limit.withinMs;
    return this.#startedAt.filter((at) => at >= since).length >= limit.starts;
  }
}
