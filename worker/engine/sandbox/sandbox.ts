// The sandbox as handlers see it: untrusted bytes go in as files, results come out as files and plain data.
// Knows nothing of processes; worker/engine/sandbox/pool.ts makes one.
import { FleetError } from "../../fleet/errors.ts";

/** A task the sandbox knows by name; the child process loads only that task's module. */
export type SandboxTask = { task: string; input: unknown };

/** How a run is bounded. */
export type SandboxLimits = {
  /** Wall-clock milliseconds from start to the answer; past it the child is killed. Waiting for a child is free. */
  deadlineMs: number;
  /** Resident memory of the child in bytes; past it the child is killed. */
  memoryBytes: number;
  /** Bytes the task may leave in its directory beyond what it was given; past it the child is killed. */
  outputBytes: number;
};

/** The files of one run. The task sees them as plain names in its working directory. */
export type SandboxDirectory = { path: string; [Symbol.asyncDispose]: () => Promise<void> };

/** What a run needs besides its task. */
export type SandboxRunOptions = {
  /** Its files are moved into the child before the run; regular files the task leaves are moved back after it. */
  directory: SandboxDirectory;
  limits: SandboxLimits;
  signal: AbortSignal;
};

/** Runs tasks in killable child processes that hold no credentials. */
export type Sandbox = {
  /**
   * Runs one task in a child of its own for the time of the run and returns its answer (JSON values).
   * @throws SandboxFailure when the child dies, hangs, outgrows a limit, or the task itself throws; the
   *   directory is then empty
   */
  run: (task: SandboxTask, options: SandboxRunOptions) => Promise<unknown>;
  /** Makes a directory for one run's files; disposed (removed) with the run. */
  directory: () => Promise<SandboxDirectory>;
  /** Kills every child and removes every directory. Runs under way fail as aborted. */
  close: () => Promise<void>;
};

/** Why a run gave no answer. `task-error` is an exception in the task; `crashed` is a child that died by itself. */
export type SandboxFailureReason =
  | "deadline"
  | "memory"
  | "crashed"
  | "aborted"
  | "task-error"
  | "output-limit";

/** A sandboxed run that gave no answer. The child it ran in is gone, unless the task merely threw. */
export class SandboxFailure extends FleetError {
  readonly reason: SandboxFailureReason;
  readonly task: string;
  /** What is known of it, for the log: exit code, signal, last lines of the child. Untrusted text. */
  readonly detail: string;

  constructor(reason: SandboxFailureReason, task: string, detail: string, cause?: unknown) {
    super(`sandboxed ${task} failed: ${reason}`, { cause });
    this.reason = reason;
    this.task = task;
    this.detail = detail;
  }
}
