// `npm run queues`: the operator's tool. Only process and streams here.
import { userInfo } from "node:os";
import { runQueues } from "./queues/run-queues.ts";

// The reader of our output has gone (as `| head` does): nobody is left to tell.
process.stdout.on("error", () => process.exit(0));

const { env, stdout, stderr } = process;
process.exitCode = await runQueues(process.argv.slice(2), {
  env,
  stdout,
  stderr,
  user: () => userInfo().username,
  now: Date.now,
});
