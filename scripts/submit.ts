// `npm run submit`: submits pictures, mails and texts to a running fleet. Only process, streams and Ctrl-C here.
import { runSubmit } from "./submit/run-submit.ts";

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
process.once("SIGTERM", () => stop.abort());
// The reader of the output has gone (as `| head` does), so there is nobody to report to.
process.stdout.on("error", () => stop.abort());

const { env, stdout, stderr } = process;
process.exitCode = await runSubmit(process.argv.slice(2), { env, stdout, stderr, signal: stop.signal });
