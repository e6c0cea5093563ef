// Trigger: a minute has passed. Relays the rows of the outbox that its stream has not relayed, and tells how old the oldest is
// that could not be.
import { catalog } from "../worker/jobs/catalog.ts";
import { ageLine } from "./outbox-due/age-line.ts";
import { sweepOutbox } from "./outbox-due/sweep.ts";
import { readConfig } from "./shared/config.ts";
import { lazyHandler } from "./shared/lambda.ts";
import { log as stdout } from "./shared/log.ts";
import { createRelay } from "./shared/outbox-relay.ts";
import { enqueueFrom } from "./shared/queues.ts";
import { openTables } from "./shared/tables.ts";

/** Lambda's entry. */
export const handler = lazyHandler(() => {
  const config = readConfig();
  const table = config.names.tables.outbox;
  const db = openTables(config);
  const relay = createRelay({ jobs: catalog, enqueue: enqueueFrom(config), db, table, now: Date.now });
  return async () => {
    const report = await sweepOutbox({ relay, db, table, now: Date.now, log: stdout });
    process.stdout.write(`${ageLine(config.names.fleet, report, Date.now())}\n`);
    return report;
  };
});
