// `npm run lab -- cloud-check`: shows that bundles, image and stacks work as AWS would run them, as far as that is possible
// without an account.
import { runCloudCheck } from "./run-cloud-check.ts";

/** Runs the check and ends the process, because connections that are still open must not delay the end. */
export const command = async (args: string[]): Promise<number> => process.exit(await runCloudCheck(args));
