// `npm run queues`: the operator's tool. Only process and streams here.
import { userInfo } from "node:os";
import { createInterface } from "node:readline/promises";
import { catalog } from "../worker/jobs/catalog.ts";
import { runQueues } from "./queues/run-queues.ts";
import type { Jobs } from "./queues/subcommand.ts";

// The reader of the output has gone (as `| head` does), so there is nobody to report to.
process.stdout.on("error", () => process.exit(0));

const { env, stdin, stdout, stderr } = process;

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: stdin, output: stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

/** The signal of Ctrl-C, for a command that ends by it. */
function interrupted(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}

process.exitCode = await runQueues(process.argv.slice(2), {
  env,
  stdout,
  stderr,
  user: () => userInfo().username,
  now: Date.now,
  jobs: catalog as unknown as Jobs,
  interrupted,
  ...(stdin.isTTY && { ask }),
});
