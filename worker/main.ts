// Entry point of the worker process. No logic.
import { enableCompileCache } from "node:module";

enableCompileCache();
const { runWorker } = await import("./process/run-worker.ts");
process.exitCode = await runWorker(process.argv.slice(2), process.env);
// Anything still open (a child being killed, a socket of an aborted call) must not keep the process alive.
setTimeout(() => process.exit(), 1000).unref();
