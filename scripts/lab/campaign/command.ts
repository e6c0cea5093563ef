// `npm run campaign`: the fault campaign and its oracle.
import { enableCompileCache } from "node:module";

enableCompileCache();
const { runCampaign } = await import("./run-campaign.ts");
process.exit(await runCampaign(process.argv.slice(2)));
