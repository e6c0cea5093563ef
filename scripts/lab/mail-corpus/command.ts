// `npm run mail-corpus`: every mail of a folder through the running local system, compared with Python's reading.
import { enableCompileCache } from "node:module";

enableCompileCache();
const { runMailCorpus } = await import("./run-mail-corpus.ts");
process.exitCode = await runMailCorpus(process.argv.slice(2), process.env);
