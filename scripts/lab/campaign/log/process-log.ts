// What the campaign did to its worker processes and what it saw: starts, signals, exits. Only the campaign writes it.

/** One thing that happened to a worker process. `worker` is its access key id. */
export type ProcessEvent = { at: number; worker: string } & (
  | { what: "started"; pid: number }
  | { what: "killed" }
  /** Frozen with SIGSTOP, or its event loop blocked, until `until`. */
  | { what: "held"; until: number }
  /** Asked to drain; it must be gone by `deadline`. */
  | { what: "drain"; why: "signal" | "spot" | "scale-in"; deadline: number }
  | { what: "exited"; code: number | null; signal: NodeJS.Signals | null }
);
