// `npm run drill`: shows what follows from one interruption of the running local system: who finishes, returns or takes over
// each message, and how soon.
import { commandEnvironment } from "../command-environment.ts";
import { runDrill } from "./run-drill.ts";

/** Runs a drill on this process's streams. */
export const command = (args: string[]): Promise<number> => runDrill(args, commandEnvironment());
