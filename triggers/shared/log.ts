// Structured lines for CloudWatch Logs: one JSON object each, never a payload or an address.

/** Writes one line. */
export type Log = (
  level: "info" | "warn" | "error",
  message: string,
  details?: Record<string, unknown>,
) => void;

/** Lambda takes standard output as the log. */
export const log: Log = (level, message, details = {}) => {
  process.stdout.write(`${JSON.stringify({ level, message, ...details })}\n`);
};
