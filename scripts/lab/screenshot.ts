// `npm run lab -- screenshot`: only the process and its streams.
import { runScreenshot } from "./screenshot/run-screenshot.ts";

const { stdout, stderr } = process;
process.exitCode = await runScreenshot(process.argv.slice(2), { stdout, stderr });
