// Trigger: five minutes have passed. Enqueues expire-files for every shard with files that are due.
import { expireFiles } from "../worker/jobs/files/expire-files/job.ts";
import { enqueueDueShards, scheduledTime } from "./files-due/due-shards.ts";
import { readConfig } from "./shared/config.ts";
import { lazyHandler } from "./shared/lambda.ts";
import { enqueueFrom } from "./shared/queues.ts";
import { openTables } from "./shared/tables.ts";

/** Lambda's entry. */
export const handler = lazyHandler(() => {
  const config = readConfig();
  const enqueue = enqueueFrom(config);
  const [db, table] = [openTables(config), config.names.tables.files];
  return (event: unknown) =>
    enqueueDueShards({
      db,
      table,
      at: scheduledTime(event, Date.now),
      enqueueShard: (shard) => enqueue(expireFiles, shard),
    });
});
