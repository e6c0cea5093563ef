// `npm run completion`: prints a script by which a shell completes this project's commands. Only process and streams here.
import { join } from "node:path";
import { runCompletion } from "./completion/run-completion.ts";

const { env, stdout, stderr } = process;
const root = join(import.meta.dirname, "..");
process.exitCode = await runCompletion(process.argv.slice(2), { env, stdout, stderr, root });
