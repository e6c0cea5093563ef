// `npm run lab -- screenshot`: takes the README's picture of the console.
import { runScreenshot } from "./run-screenshot.ts";

/** Takes the picture. Resolves to the exit code. */
export const command = (args: string[]): Promise<number> => runScreenshot(args, process);
