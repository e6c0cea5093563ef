// `npm run lab -- faults`: shows that a system behind any endpoint survives lost, repeated, late and refused requests:
// a proxy in front of the endpoint injects them.
import { commandEnvironment } from "../command-environment.ts";
import { runFaults } from "./run-faults.ts";

/**  an// proxy in front of the endpoint injects them.:Runs the proxy on this process's streams. */
export const command = (args: string[]): Promise<number> => runFaults(args, commandEnvironment());
