// `npm run drill`: an interruption in the running local system, and what came of it. Only process and streams here.
import { runDrill } from "./run-drill.ts";

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
process.once("SIGTERM", () => stop.abort());

const { env, stdout, stderr } = process;
process.exitCode = await runDrill(process.argv.slice(2), { env, stdout, stderr, signal: stop.signal });
