// Ctrl-C for proofs that have something to stop in order: a first SIGINT or SIGTERM aborts the signal, a second one ends the
// process as usual.

/** A signal that aborts on the process's first SIGINT or SIGTERM. */
export function untilInterrupted(): AbortSignal {
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  process.once("SIGTERM", () => stop.abort());
  return stop.signal;
}
