// What the worker prints: log and metrics, one JSON line each, buffered briefly and written asynchronously. Writing every
// line at once would cost a system call per job, and a slow reader would block the event loop and its heartbeats.
import { type Logger, pino } from "pino";

/** Longest time a line waits for company, milliseconds: what a kill without notice may lose. */
const longestWaitMs = 100;

/** A pipe takes so many bytes whole or not at all (PIPE_BUF on Linux), so that no line is torn. */
const wholeBytes = 4096;

/** Where the worker's lines go. */
export type Output = { log: Logger; print: (line: string) => void };

/**
 * Opens the output. What is gathered is written at the latest when the process exits.
 * @param to file descriptor; standard output unless given
 */
export function createOutput(options: {
  level: string;
  base?: Record<string, unknown>;
  to?: number;
}): Output {
  const { level, base, to = 1 } = options;
  const destination = pino.destination({
    dest: to,
    sync: false,
    minLength: wholeBytes / 2,
    maxWrite: wholeBytes,
    periodicFlush: longestWaitMs,
  });
  return {
    log: pino({ level, ...(base !== undefined && { base }) }, destination),
    print: (line) => void destination.write(`${line}\n`),
  };
}
