// `npm run lab -- mutation`: shows what the tests see, by small defects put into the sources one at a time.
import { commandEnvironment } from "../command-environment.ts";
import { runMutation } from "./run-mutation.ts";

/** Runs the mutants on this process's streams. */
export const command = (args: string[]): Promise<number> => runMutation(args, commandEnvironment());
