// Why a worker stops: one closed union for all sources, each with the time it leaves.

/** An interruption. `secondsLeft` is the time until the process or its machine is taken away. */
export type Interruption =
  | { reason: "signal"; signal: "SIGTERM" | "SIGINT"; secondsLeft: number }
  | { reason: "spot"; action: string; secondsLeft: number }
  | { reason: "scale-in"; secondsLeft: number };

/** What instance metadata can announce. A rebalance recommendation is a warning, not an interruption. */
export type InstanceNews = Interruption | { reason: "rebalance" };
