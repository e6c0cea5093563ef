// What a soak left behind: messages and jobs in the running system, directories of its workers.
import { readdir } from "node:fs/promises";
import { paginateScan } from "@aws-sdk/lib-dynamodb";
import { systemClock } from "../../../worker/fleet/clock.ts";
import { resourceNames } from "../../../worker/fleet/resources.ts";
import { jobKinds } from "../../../worker/jobs/catalog.ts";
import { readStatus } from "../../status/status.ts";
import type { Soaked } from "./soaked-system.ts";
import type { Leftovers } from "./verdict.ts";

/** What is left in queues and tables once every input has ended. Follow-up jobs get some time to end too. */
export async function leftInside({
  clients,
  system,
}: Soaked): Promise<Pick<Leftovers, "messages" | "unfinishedJobs">> {
  const { fleet } = system.ready;
  const { tables } = resourceNames(fleet);
  for (let tries = 0; ; tries += 1) {
    const { queues } = await readStatus(clients, { fleet, kinds: jobKinds });
    const messages = queues.reduce((sum, { visible, inFlight, dead }) => sum + visible + inFlight + dead, 0);
    let unfinishedJobs = 0;
    for await (const { Items = [] } of paginateScan(
      { client: clients.db },
      { TableName: tables.jobs, ConsistentRead: true },
    ))
      unfinishedJobs += Items.filter(({ endedAt }) => endedAt === undefined).length;
    if (messages + unfinishedJobs === 0 || tries >= 120) return { messages, unfinishedJobs };
    await systemClock.sleep(1000);
  }
}

/** Directories of workers' sandboxes that were not removed. */
export async function sandboxesIn(folder: string): Promise<number> {
  return (await readdir(folder)).filter((name) => name.startsWith("fifo-fleet-")).length;
}
