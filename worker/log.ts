// The worker's log: JSON lines, gathered for a moment and written without waiting. A line written at once costs a
// system call a job, and a reader that is slow would hold up the event loop and with it the heartbeats.
import { type Logger, pino } from "pino";

/** Longest time a line waits for company, milliseconds: what a kill without notice may lose. */
const longestWaitMs = 100;

/**
 * Makes the log. What is gathered is written at the latest when the process exits.
 * @param to file descriptor or path; standard output unless given
 */
export function createLog(options: {
  level: string;
  base?: Record<string, unknown>;
  to?: number | string;
}): Logger {
  const { level, base, to = 1 } = options;
  const destination = pino.destination({
    dest: to,
    sync: false,
    minLength: 8192,
    periodicFlush: longestWaitMs,
  });
  return pino({ level, ...(base !== undefined && { base }) }, destination);
}
