// `npm run lab -- screenshot`: shows the console at work: takes the README's picture of it on a local system of its own.
import { runScreenshot } from "./run-screenshot.ts";

/** Takes the picture. */
export const command = (args: string[]): Promise<number> => runScreenshot(args, process);
