// `npm run local`: runs the whole system on this machine.
import { enableCompileCache } from "node:module";

enableCompileCache();
const { runLocal } = await import("./local/system/run-local.ts");
process.exit(await runLocal(process.argv.slice(2)));
