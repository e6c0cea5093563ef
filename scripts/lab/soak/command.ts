// `npm run soak`: hours of mixed load with faults, and whether memory stays flat. Only process, streams and Ctrl-C here.
import { runSoak } from "./run-soak.ts";

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
process.once("SIGTERM", () => stop.abort());

const { stdout, stderr } = process;
process.exitCode = await runSoak(process.argv.slice(2), { stdout, stderr, signal: stop.signal });
