// Writes structured lines for CloudWatch Logs: one JSON object per line, never a payload or an address.

/** Writes one line. */
export type Log = (
  level: "info" | "warn" | "error",
  message: string,
  details?: Record<string, unknown>,
) => void;

/** Writes to standard output, which is the log in Lambda. */
export const log: Log = (level, message, details = {}) => {
  process.stdout.write(`${JSON.stringify({ level, message, ...details })}\n`);
};
