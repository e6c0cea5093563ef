// `npm run provision`: creates the fleet's queues, tables, buckets and topics at an endpoint that is not AWS, so that
// `npm run worker` can work there. On AWS, `cdk deploy` does this.
import { enableCompileCache } from "node:module";

enableCompileCache();
const { runProvision } = await import("./provision/run-provision.ts");
process.exit(await runProvision(process.argv.slice(2), process.env));
