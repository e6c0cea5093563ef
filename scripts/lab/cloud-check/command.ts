// `npm run cloud-check`: proofs of the cloud's parts that need more than npm packages: Lambda's own runtime client.
import { enableCompileCache } from "node:module";

enableCompileCache();
const { runCloudCheck } = await import("./run-cloud-check.ts");
process.exit(await runCloudCheck(process.argv.slice(2)));
