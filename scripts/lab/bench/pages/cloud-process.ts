// The cloud of the pages suite, in its own process, with a fleet's tables and buckets.
import { z } from "zod";
import { resourceNames } from "../../../../worker/fleet/resources.ts";
import { tableDefinitions } from "../../../../worker/fleet/tables.ts";
import { localClients } from "../../../local/cloud/identity.ts";
import { createTables } from "../../../provision/tables.ts";
import { createBuckets } from "../../../provision/uploads.ts";
import { handleOrders, sendToParent } from "../child.ts";
import { cloudSetup, startBenchCloud } from "../cloud.ts";

const setup = cloudSetup.extend({ fleet: z.string() }).parse(JSON.parse(process.argv[2] ?? ""));
const cloud = await startBenchCloud(setup);
const clients = localClients(cloud.url);
const names = resourceNames(setup.fleet);
await createTables(clients.dynamo, tableDefinitions(names));
await createBuckets(clients.s3, names);
clients.destroy();
handleOrders({});
sendToParent({ is: "serving", url: cloud.url });
