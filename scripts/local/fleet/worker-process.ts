// One worker process on one simulated instance: started, restarted when it dies (as systemd would), stopped.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Measurement } from "../processes/measure.ts";

/** What a worker process needs. */
export type WorkerProcessOptions = {
  /** The environment of the nth process, from 1. */
  env: (start: number) => Record<string, string>;
  /** Every line the worker prints: JSON logs and embedded metrics. */
  onLine: (line: string) => void;
  /** Told of every process that starts, and when it ended and whether another follows. */
  onStart: (workerPid: number | undefined, start: number) => void;
  onExit: (exit: WorkerExit) => void;
  restartAfterMs: number;
};

/** How a worker process ended. */
export type WorkerExit = {
  workerPid: number | undefined;
  code: number | null;
  signal: NodeJS.Signals | null;
  restarts: boolean;
};

const entry = fileURLToPath(new URL("../../../worker/main.ts", import.meta.url));
/**
 * As the image and `npm run worker` start it. V8's young generation would grow to 100 MB for buffers that die at once;
 * bounded, a worker is that much smaller at the same speed.
 */
const nodeFlags = ["--max-semi-space-size=8"];
const tether = fileURLToPath(new URL("../processes/tether.ts", import.meta.url));

/** A worker that is kept running until it is stopped. */
export class WorkerProcess {
  readonly #options: WorkerProcessOptions;
  #child: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #wanted = true;
  #asked = 0;
  #starts = 0;

  constructor(options: WorkerProcessOptions) {
    this.#options = options;
    this.#start();
  }

  /** The process id, while one runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Sends a signal; a worker that dies of it is restarted unless it is to stop. False when none runs. */
  kill(signal: NodeJS.Signals): boolean {
    return this.#child?.kill(signal) ?? false;
  }

  /** What the worker says of its memory; undefined when it does not answer within `withinMs` (frozen, blocked, gone). */
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

  /** Lets the worker drain, kills it after `withinMs`, and resolves when it is gone for good. */
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
    // A session of its own: the terminal's Ctrl-C must reach the worker through its drain, not directly. The IPC
    // channel is the tether: a worker whose parent is gone ends at once.
    const child = spawn(process.execPath, [...nodeFlags, "--import", tether, entry], {
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
      this.#options.onExit({ workerPid: child.pid, code, signal, restarts: this.#wanted });
      if (this.#wanted) this.#timer = setTimeout(() => this.#start(), this.#options.restartAfterMs);
    });
  }
}
