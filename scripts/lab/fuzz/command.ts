// `npm run lab -- fuzz`: shows that hostile pictures, mails, events and requests do no harm. Every input is
// reproducible by seed and number.
import { commandEnvironment } from "../command-environment.ts";
import { runFuzz } from "./run-fuzz.ts";

/** Runs a suite on this process's streams. */
export const command = (args: string[]): Promise<number> => runFuzz(args, commandEnvironment());
