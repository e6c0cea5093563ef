// `npm run new-job`: writes a job kind's files and its lines. Only process and streams here.
import { join } from "node:path";
import { runNewJob } from "./new-job/run-new-job.ts";

const { env, stdout, stderr } = process;
const root = join(import.meta.dirname, "..");
process.exitCode = await runNewJob(process.argv.slice(2), { env, stdout, stderr, root });
