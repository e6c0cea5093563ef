// `npm run lab -- soak`: shows that memory and files stay flat and nothing is lost under hours of mixed load with
// faults.
import { commandEnvironment } from "../command-environment.ts";
import { runSoak } from "./run-soak.ts";

/** Runs a soak on this process's streams. */
export const command = (args: string[]): Promise<number> => runSoak(args, commandEnvironment());
