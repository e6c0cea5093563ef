// The schedule came round: relay what the outbox's stream has not. Runs in Lambda; what the event says does not matter.
import { catalog } from "../worker/jobs/catalog.ts";
import { type SweepReport, sweepOutbox } from "./outbox-due/sweep.ts";
import { readConfig } from "./shared/config.ts";
import { log as stdout } from "./shared/log.ts";
import { createRelay } from "./shared/outbox-relay.ts";
import { enqueueFrom } from "./shared/queues.ts";
import { openTables } from "./shared/tables.ts";

let made: (() => Promise<SweepReport>) | undefined;

/** Lambda's entry; clients are made at the first event and kept for the life of the execution environment. */
export async function handler(): Promise<SweepReport> {
  if (made === undefined) {
    const config = readConfig();
    const table = config.names.tables.outbox;
    const db = openTables(config);
    const relay = createRelay({ jobs: catalog, enqueue: enqueueFrom(config), db, table, now: Date.now });
    made = () => sweepOutbox({ relay, db, table, now: Date.now, log: stdout });
  }
  return made();
}
