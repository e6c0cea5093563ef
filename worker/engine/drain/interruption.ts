// Why a worker stops: every source speaks one closed union, each with the time it leaves.

/** An interruption. `secondsLeft` is the time until the process or its machine is taken away. */
export type Interruption =
  | { reason: "signal"; signal: "SIGTERM" | "SIGINT"; secondsLeft: number }
  | { reason: "spot"; action: string; secondsLeft: number }
  | { reason: "scale-in"; secondsLeft: number };

/** What the instance metadata may say; a rebalance recommendation is a warning, not an end. */
export type InstanceNews = Interruption | { reason: "rebalance" };
