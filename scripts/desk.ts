// `npm run desk`: the editor's desk. Only process, streams and Ctrl-C here.
import { userInfo } from "node:os";
import { runDesk } from "./desk/run-desk.ts";

// The reader of the output has gone (as `| head` does), so there is nobody to report to.
process.stdout.on("error", () => process.exit(0));

const { env, stdout, stderr } = process;
process.exitCode = await runDesk(process.argv.slice(2), {
  env,
  stdout,
  stderr,
  user: () => userInfo().username,
});
