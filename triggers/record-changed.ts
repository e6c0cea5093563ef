// An item of a streamed table changed: enqueue what follows from it. Runs in Lambda; the criteria are in criteria.ts.
import { catalog } from "../worker/jobs/catalog.ts";
import { criteria } from "./record-changed/criteria.ts";
import { type BatchResponse, recordChanged } from "./record-changed/handle-records.ts";
import { readConfig } from "./shared/config.ts";
import { log as stdout } from "./shared/log.ts";
import { createRelay } from "./shared/outbox-relay.ts";
import { enqueueFrom } from "./shared/queues.ts";
import { openTables } from "./shared/tables.ts";

let made: ReturnType<typeof recordChanged> | undefined;

/** Lambda's entry; clients are made at the first event and kept for the life of the execution environment. */
export async function handler(event: unknown): Promise<BatchResponse> {
  if (made === undefined) {
    const config = readConfig();
    const { tables } = config.names;
    const enqueue = enqueueFrom(config);
    const db = openTables(config);
    const relay = createRelay({ jobs: catalog, enqueue, db, table: tables.outbox, now: Date.now });
    made = recordChanged({ tables, criteria, enqueue, relay, log: stdout });
  }
  return made(event);
}
