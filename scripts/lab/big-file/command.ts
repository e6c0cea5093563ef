// `npm run lab -- big-file`: shows that a file of many gigabytes goes up and down unchanged in little memory.
import { commandEnvironment } from "../command-environment.ts";
import { runBigFile } from "./run-big-file.ts";

/** Sends the file. Resolves to the exit code. */
export const command = (args: string[]): Promise<number> => runBigFile(args, commandEnvironment());
