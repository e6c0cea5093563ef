// `npm run fuzz`: hostile input, reproducible by its seed. Only process, streams and Ctrl-C here.
import { runFuzz } from "./run-fuzz.ts";

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
process.once("SIGTERM", () => stop.abort());

const { stdout, stderr } = process;
process.exitCode = await runFuzz(process.argv.slice(2), { stdout, stderr, signal: stop.signal });
