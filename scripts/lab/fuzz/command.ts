// `npm run lab -- fuzz`: shows that hostile pictures, mails, events and requests do no harm. Every input is
// reproducible by seed and number.
import { untilInterrupted } from "../interrupt.ts";
import { runFuzz } from "./run-fuzz.ts";

/** Runs a suite on this process's streams. */
export function command(args: string[]): Promise<number> {
  const { stdout, stderr } = process;
  return runFuzz(args, { stdout, stderr, signal: untilInterrupted() });
}
