// Trigger: an item of a table with a stream has changed. Enqueues the follow-up jobs; the criteria are in criteria.ts.
import { catalog } from "../worker/jobs/catalog.ts";
import { criteria } from "./record-changed/criteria.ts";
import { recordChanged } from "./record-changed/handle-records.ts";
import { readConfig } from "./shared/config.ts";
import { lazyHandler } from "./shared/lambda.ts";
import { log as stdout } from "./shared/log.ts";
import { createRelay } from "./shared/outbox-relay.ts";
import { enqueueFrom } from "./shared/queues.ts";
import { openTables } from "./shared/tables.ts";

/** Lambda's entry. */
export const handler = lazyHandler(() => {
  const config = readConfig();
  const { tables } = config.names;
  const enqueue = enqueueFrom(config);
  const db = openTables(config);
  const relay = createRelay({ jobs: catalog, enqueue, db, table: tables.outbox, now: Date.now });
  return recordChanged({ tables, criteria, enqueue, relay, log: stdout });
});
