// `npm run lab -- soak`: shows that memory and files stay flat and nothing is lost under hours of mixed load with
// faults.
import { untilInterrupted } from "../interrupt.ts";
import { runSoak } from "./run-soak.ts";

/** Runs a soak on this process's streams. */
export function command(args: string[]): Promise<number> {
  const { stdout, stderr } = process;
  return runSoak(args, { stdout, stderr, signal: untilInterrupted() });
}
