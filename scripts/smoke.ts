// `npm run smoke`: one picture, one mail, one text and one file through a running fleet, each to its end. The pipeline runs it on
// staging before a person is asked.
import { runSmoke } from "./deliver/run-smoke.ts";

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
process.once("SIGTERM", () => stop.abort());

const { env, stdout, stderr } = process;
process.exitCode = await runSmoke(process.argv.slice(2), { env, stdout, stderr, signal: stop.signal });
