// Runs a local cloud as a process of its own, to be killed: `node cloud-child.ts DATA_DIR` prints its URL.
import { startCloud } from "../../scripts/local/cloud/cloud.ts";

const cloud = await startCloud({ port: 0, dataDir: process.argv[2] ?? "" });
console.log(cloud.url);
