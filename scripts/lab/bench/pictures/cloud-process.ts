// The cloud of the pictures suite, in its own process: on request provisions a fleet, uploads pictures and enqueues their
// jobs, and measures the drain.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { z } from "zod";
import { createEnqueue } from "../../../../worker/engine/enqueue/enqueue.ts";
import { queueName, resourceNames } from "../../../../worker/fleet/resources.ts";
import { tableDefinitions } from "../../../../worker/fleet/tables.ts";
import { resizeImage } from "../../../../worker/jobs/pictures/resize-image/job.ts";
import { type LocalClients, localClients } from "../../../local/cloud/identity.ts";
import { createQueues } from "../../../provision/queues.ts";
import { createTables } from "../../../provision/tables.ts";
import { createBuckets } from "../../../provision/uploads.ts";
import { handleOrders, sendToParent } from "../child.ts";
import { cloudSetup, startBenchCloud, watchDrain } from "../cloud.ts";

const fillOrder = z.object({
  fleet: z.string(),
  folder: z.string(),
  names: z.array(z.string()),
  warm: z.number(),
});

const cloud = await startBenchCloud(cloudSetup.parse(JSON.parse(process.argv[2] ?? "")));
handleOrders({ fill: (order) => fill(fillOrder.parse(order)) });
sendToParent({ is: "serving", url: cloud.url });

async function fill({ fleet, folder, names, warm }: z.output<typeof fillOrder>): Promise<void> {
  const clients = localClients(cloud.url);
  const resources = resourceNames(fleet);
  await Promise.all([
    createTables(clients.dynamo, tableDefinitions(resources)),
    createQueues(clients.sqs, fleet, resizeImage),
    createBuckets(clients.s3, resources),
  ]);
  const queue = queueName(fleet, resizeImage.kind);
  const upload = uploader(clients, resources.buckets.uploads, `${cloud.url}/${cloud.accountId}/${queue}`);
  const files = new Map<string, Buffer>();
  for (const name of new Set(names)) files.set(name, await readFile(join(folder, name)));
  for (const [index, name] of names.entries())
    await upload(`${index}/${name}`, files.get(name) ?? Buffer.alloc(0));
  clients.destroy();
  watchDrain(cloud, {
    queue,
    messages: names.length,
    warm: { deletes: warm, ms: 60_000 },
    maxMs: 60_000,
  });
  sendToParent({ is: "filled" });
}

/** Uploads a picture and enqueues its job, as the trigger would. */
function uploader({ s3, sqs }: LocalClients, bucket: string, queueUrl: string) {
  const enqueue = createEnqueue({
    sqs,
    queueUrl: () => queueUrl,
    now: Date.now,
    newTraceId: () => crypto.randomUUID(),
  });
  return async (key: string, body: Buffer): Promise<void> => {
    const { VersionId = "" } = await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    const payload = { bucket, key, versionId: VersionId, sequencer: "00", size: body.length };
    await enqueue(resizeImage, payload);
  };
}
