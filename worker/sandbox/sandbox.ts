// The sandbox as handlers see it: untrusted bytes go in as a file, results come out as files and plain data.

/** A task the sandbox knows by name; the child process loads only that task's module. */
export type SandboxTask = { task: string; input: unknown };

/** How a run is bounded. */
export type SandboxLimits = {
  /** Wall-clock milliseconds from start to the answer; past it the child is killed. */
  deadlineMs: number;
  /** Resident memory of the child in bytes; past it the child is killed. */
  memoryBytes: number;
};

/** Runs tasks in killable child processes that hold no credentials. */
export type Sandbox = {
  /**
   * Runs one task in a child of its own for the time of the run.
   * @throws SandboxFailure when the child dies, hangs, outgrows its memory, or the task itself throws
   */
  run: (task: SandboxTask, options: { limits: SandboxLimits; signal: AbortSignal }) => Promise<unknown>;
  /** Makes a directory for one run's files; disposed (removed) with the run. */
  directory: () => Promise<{ path: string; [Symbol.asyncDispose]: () => Promise<void> }>;
  /** Kills every child and removes every directory. */
  close: () => Promise<void>;
};
