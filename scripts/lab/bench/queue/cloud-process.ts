// The cloud of the queue suite, in its own process: fills a queue on request and measures its drain.
import { z } from "zod";
import { resourceNames } from "../../../../worker/fleet/resources.ts";
import { tableDefinitions } from "../../../../worker/fleet/tables.ts";
import { localClients } from "../../../local/cloud/identity.ts";
import { createTables } from "../../../provision/tables.ts";
import { handleOrders, sendToParent } from "../child.ts";
import { cloudSetup, startBenchCloud, watchDrain } from "../cloud.ts";
import { messagesOf, workloadSchema } from "./workload.ts";

const fillOrder = z.object({ run: z.string(), queue: z.string(), workload: workloadSchema });
const forgetOrder = z.object({ queue: z.string() });
const setup = cloudSetup.extend({ fleet: z.string() }).parse(JSON.parse(process.argv[2] ?? ""));

const cloud = await startBenchCloud(setup);
if (setup.dynamoDb) {
  const clients = localClients(cloud.url);
  await createTables(clients.dynamo, tableDefinitions(resourceNames(setup.fleet)));
  clients.destroy();
}
handleOrders({
  fill: (order) => fill(fillOrder.parse(order)),
  forget: (order) => cloud.sqs.deleteQueue(forgetOrder.parse(order).queue),
});
sendToParent({ is: "serving", url: cloud.url });

function fill({ run, queue, workload }: z.output<typeof fillOrder>): void {
  const { sqs, url, accountId } = cloud;
  sqs.createQueue(queue, {
    FifoQueue: "true",
    DeduplicationScope: "messageGroup",
    FifoThroughputLimit: "perMessageGroupId",
    VisibilityTimeout: "60",
  });
  let index = 0;
  for (const { group, body } of messagesOf(workload, run))
    sqs.send(queue, { body, groupId: group, deduplicationId: `${run}-${index++}` });
  watchDrain(cloud, {
    queue,
    messages: workload.messages,
    // So many that what is measured is code the JIT has compiled, or a second for consumers that are slow.
    warm: { deletes: 1000, ms: 1000 },
    maxMs: workload.maxSeconds * 1000,
  });
  sendToParent({ is: "filled", queueUrl: `${url}/${accountId}/${queue}` });
}
