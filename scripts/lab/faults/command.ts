// `npm run faults`: a proxy that injects faults in front of any endpoint. Only process, streams and Ctrl-C here.
import { runFaults } from "./run-faults.ts";

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
process.once("SIGTERM", () => stop.abort());

const { stdout, stderr } = process;
process.exitCode = await runFaults(process.argv.slice(2), { stdout, stderr, signal: stop.signal });
