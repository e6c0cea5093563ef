// What the campaign did to its worker processes and saw of them: starts, signals, exits. Written by the campaign alone.

/** One thing that happened to a worker process; `worker` is its access key id. */
export type ProcessEvent = { at: number; worker: string } & (
  | { what: "started"; pid: number }
  | { what: "killed" }
  /** Frozen (SIGSTOP) or its event loop blocked, until `until`. */
  | { what: "held"; until: number }
  /** Told to leave; it must be gone at `deadline`. */
  | { what: "drain"; why: "signal" | "spot" | "scale-in"; deadline: number }
  | { what: "exited"; code: number | null; signal: NodeJS.Signals | null }
);
