// Runs a worker process. What is imported here is loaded before anything else happens, so it is little.
import { probeLauncher } from "../engine/sandbox/launcher.ts";

/** Runs a worker until it has drained; resolves to the exit code: 0 drained, 1 failed, 2 bad arguments or settings. */
export async function runWorker(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  // What confines children is tried on another core while this process loads what reads its settings.
  const launcher = probeLauncher();
  const { begin } = await import("./begin.ts");
  return begin(args, env, launcher);
}
