// The cloud of the suites that measure whole jobs, in its own process: on request provisions a fleet, puts inputs into it and
// enqueues their jobs, and measures the drain.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { createEnqueue } from "../../../../worker/engine/enqueue/enqueue.ts";
import { queueName, resourceNames } from "../../../../worker/fleet/resources.ts";
import { tableDefinitions } from "../../../../worker/fleet/tables.ts";
import { catalog } from "../../../../worker/jobs/catalog.ts";
import { localClients } from "../../../local/cloud/identity.ts";
import { createQueues } from "../../../provision/queues.ts";
import { createTables } from "../../../provision/tables.ts";
import { createBuckets } from "../../../provision/uploads.ts";
import { handleOrders, sendToParent } from "../child.ts";
import { cloudSetup, startBenchCloud, watchDrain } from "../cloud.ts";
import { inputs, measuredKinds } from "./inputs.ts";

const fillOrder = z.object({
  kind: measuredKinds,
  fleet: z.string(),
  folder: z.string(),
  names: z.array(z.string()),
  warm: z.number(),
});

const cloud = await startBenchCloud(cloudSetup.parse(JSON.parse(process.argv[2] ?? "")));
handleOrders({ fill: (order) => fill(fillOrder.parse(order)) });
sendToParent({ is: "serving", url: cloud.url });

async function fill({ kind, fleet, folder, names, warm }: z.output<typeof fillOrder>): Promise<void> {
  const clients = localClients(cloud.url);
  const resources = resourceNames(fleet);
  await Promise.all([
    createTables(clients.dynamo, tableDefinitions(resources)),
    createQueues(clients.sqs, fleet, catalog[kind]),
    createBuckets(clients.s3, resources),
  ]);
  const queue = queueName(fleet, kind);
  const enqueue = createEnqueue({
    sqs: clients.sqs,
    queueUrl: () => `${cloud.url}/${cloud.accountId}/${queue}`,
    now: Date.now,
    newTraceId: () => crypto.randomUUID(),
  });
  const files = new Map<string, Buffer>();
  for (const name of new Set(names)) files.set(name, await readFile(join(folder, name)));
  const put = inputs[kind];
  const all = names.entries();
  const several = Array.from({ length: 8 }, async () => {
    for (const [index, name] of all)
      await put(
        { clients, names: resources, enqueue },
        { index, name, body: files.get(name) ?? Buffer.alloc(0) },
      );
  });
  await Promise.all(several);
  clients.destroy();
  watchDrain(cloud, {
    queue,
    messages: names.length,
    warm: { deletes: warm, ms: 60_000 },
    maxMs: 120_000,
  });
  sendToParent({ is: "filled" });
}
