// `queues failed`: the stream records that record-changed could not process, each with its reason, and a replay of those
// whose reason has passed.
import { randomUUID } from "node:crypto";
import { criteria } from "../../../triggers/record-changed/criteria.ts";
import { recordChanged } from "../../../triggers/record-changed/handle-records.ts";
import { createRelay } from "../../../triggers/shared/outbox-relay.ts";
import { createEnqueue } from "../../../worker/engine/enqueue/enqueue.ts";
import { findQueues } from "../../../worker/engine/receive/queue-urls.ts";
import { catalog } from "../../../worker/jobs/catalog.ts";
import { type CommonOptions, print, type Running, type Subcommand } from "../subcommand.ts";
import { type FailedRecord, type Replay, readFailedRecords } from "./failed-records.ts";

type Options = CommonOptions & { replay: boolean };

export const failed: Subcommand<Options> = {
  name: "failed",
  description: "lists the stream records a trigger could not process, each with its reason",
  declare: (command) =>
    command
      .option("--replay", "pass the records that can be processed now to the trigger again", false)
      .addHelpText(
        "after",
        "\nExit code: 1 if a record can never be processed, or is no longer in its stream.",
      ),
  run: async (running) => {
    const { options, target, stdout } = running;
    const replay = options.replay ? await replayer(running) : undefined;
    const found = await readFailedRecords(running, target.names, replay);
    for (const record of found) print(running, record, lineOf(record));
    if (found.length === 0 && !options.json) stdout.write("no failed records\n");
    return found.some(({ state }) => state === "unreadable" || state === "gone") ? 1 : 0;
  },
};

/** The trigger's handler, with the clients of this command. */
async function replayer({ sqs, target: { db, names } }: Running<Options>): Promise<Replay> {
  const urls = await findQueues(sqs, names.fleet, Object.keys(catalog));
  const enqueue = createEnqueue({ sqs, queueUrl: urls.queue, now: Date.now, newTraceId: randomUUID });
  const relay = createRelay({ jobs: catalog, enqueue, db, table: names.tables.outbox, now: Date.now });
  return recordChanged({ tables: names.tables, criteria, enqueue, relay, log: () => {} });
}

function lineOf({ table, event, keys, condition, state, reason }: FailedRecord): string {
  const what = `${state.padEnd(10)} ${table} ${event} ${JSON.stringify(keys)} (${condition})`;
  return reason === null ? what : `${what}\n           ${reason}`;
}
