// `npm run drill`: shows what follows from one interruption of the running local system: who finishes, returns or takes over
// each message, and how soon.
import { untilInterrupted } from "../interrupt.ts";
import { runDrill } from "./run-drill.ts";

/** Runs a drill on this process's streams. */
export function command(args: string[]): Promise<number> {
  const { env, stdout, stderr } = process;
  return runDrill(args, { env, stdout, stderr, signal: untilInterrupted() });
}
