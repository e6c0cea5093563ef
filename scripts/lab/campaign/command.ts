// `npm run campaign`: shows that nothing is lost, doubled or out of order while workers are killed and frozen and the cloud
// loses, delays and duplicates requests. An oracle judges by the cloud's own log.
import { runCampaign } from "./run-campaign.ts";

/** Runs the campaign and ends the process, because connections that are still open must not delay the end. */
export const command = async (args: string[]): Promise<number> => process.exit(await runCampaign(args));
