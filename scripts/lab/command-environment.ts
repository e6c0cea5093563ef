// What a proof gets from its process: environment, streams, and a signal for Ctrl-C.

/** The surroundings of a command; tests pass their own. */
export type CommandEnvironment = {
  env: NodeJS.ProcessEnv;
  stdout: Pick<NodeJS.WritableStream, "write">;
  stderr: Pick<NodeJS.WritableStream, "write">;
  /** Aborts on Ctrl-C. */
  signal: AbortSignal;
};

/**
 * This process's surroundings, for commands that have something to stop in order: a first SIGINT or SIGTERM aborts the
 * signal, a second one ends the process as usual.
 */
export function commandEnvironment(): CommandEnvironment {
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  process.once("SIGTERM", () => stop.abort());
  const { env, stdout, stderr } = process;
  return { env, stdout, stderr, signal: stop.signal };
}
