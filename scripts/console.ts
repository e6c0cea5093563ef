// `npm run console`: the operator's pages. Only process, streams and Ctrl-C here.
import { userInfo } from "node:os";
import { catalog } from "../worker/jobs/catalog.ts";
import { runConsole } from "./console/run-console.ts";
import type { Jobs } from "./queues/subcommand.ts";

const { env, stdout, stderr } = process;
const ended = Promise.withResolvers<void>();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => ended.resolve());

process.exitCode = await runConsole(process.argv.slice(2), {
  env,
  stdout,
  stderr,
  user: () => userInfo().username,
  jobs: catalog as unknown as Jobs,
  ended: ended.promise,
});
