// The sandbox as handlers see it: untrusted bytes go in as files, results come out as files and plain data. Knows nothing
// of processes; create-sandbox.ts makes one.
import { FleetError } from "../../fleet/errors.ts";

/** A task by name; the child process loads only that task's module. */
export type SandboxTask = { task: string; input: unknown };

/** The bounds of a run. */
export type SandboxLimits = {
  /** Milliseconds from start to answer, after which the child is killed. Waiting for a child does not count. */
  deadlineMs: number;
  /** Resident memory of the child in bytes, above which it is killed. */
  memoryBytes: number;
  /** Bytes the task may write to its directory, above which the child is killed. */
  outputBytes: number;
};

/** The files of one run. The task sees them as plain names in its working directory. */
export type SandboxDirectory = { path: string; [Symbol.asyncDispose]: () => Promise<void> };

/** Files, bounds and signal of a run. */
export type SandboxRunOptions = {
  /** Its files are moved to the child before the run; regular files that the task leaves are moved back afterwards. */
  directory: SandboxDirectory;
  limits: SandboxLimits;
  signal: AbortSignal;
  /** Called when a child is free and the run begins; waiting for one may take long. */
  onStart?: () => void;
};

/** Runs tasks in killable child processes that hold no credentials. */
export type Sandbox = {
  /**
   * Runs one task, alone in a child, and returns its answer (JSON values).
   * @throws SandboxFailure when the child dies, hangs or exceeds a limit, or the task throws; the directory is then empty
   */
  run: (task: SandboxTask, options: SandboxRunOptions) => Promise<unknown>;
  /** Makes a directory for the files of one run; dispose it after the run. */
  directory: () => Promise<SandboxDirectory>;
  /** Kills every child and removes every directory. Running tasks fail as aborted. */
  close: () => Promise<void>;
};

/** Why a run gave no answer. `task-error`: the task threw. `crashed`: the child died by itself. */
export type SandboxFailureReason =
  | "deadline"
  | "memory"
  | "crashed"
  | "aborted"
  | "task-error"
  | "output-limit";

/** A run that gave no answer. Its child is gone. */
export class SandboxFailure extends FleetError {
  readonly reason: SandboxFailureReason;
  readonly task: string;
  /** Details for the log: exit code, signal, last lines of the child. Untrusted text. */
  readonly detail: string;

  constructor(reason: SandboxFailureReason, task: string, detail: string, cause?: unknown) {
    super(`sandboxed ${task} failed: ${reason}`, { cause });
    this.reason = reason;
    this.task = task;
    this.detail = detail;
  }
}
