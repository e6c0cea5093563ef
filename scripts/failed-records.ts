// `npm run failed-records`: what a stream's trigger could not take, with the reason, and another try of it.
import { enableCompileCache } from "node:module";

enableCompileCache();
const { runFailedRecords } = await import("./failed-records/run-failed-records.ts");
process.exitCode = await runFailedRecords(process.argv.slice(2), process.env);
