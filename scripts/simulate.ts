// `npm run simulate -- TRACE`: scaling policies on a trace of jobs. Only process and streams here.
import { runSimulate } from "./simulate/run-simulate.ts";

// The reader of the output has gone (as `| head` does), so there is nobody to report to.
process.stdout.on("error", () => process.exit(0));

const { env, stdout, stderr } = process;
process.exitCode = await runSimulate(process.argv.slice(2), { env, stdout, stderr });
