// `npm run enqueue`: enqueues jobs of any kind from the command line. Only process, streams and Ctrl-C here.
import { catalog } from "../worker/jobs/catalog.ts";
import { runEnqueue } from "./enqueue/run-enqueue.ts";
import type { Jobs } from "./queues/subcommand.ts";

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
process.once("SIGTERM", () => stop.abort());
// The reader of the output has gone (as `| head` does), so there is nobody to report to.
process.stdout.on("error", () => stop.abort());

const { env, stdin, stdout, stderr } = process;
process.exitCode = await runEnqueue(process.argv.slice(2), {
  env,
  stdin,
  stdout,
  stderr,
  signal: stop.signal,
  jobs: catalog as unknown as Jobs,
});
