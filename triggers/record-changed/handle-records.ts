// Handles a batch of stream records: reads each, applies the criteria, enqueues what follows. Records of one item are
// handled in order and different items in parallel, so a record that fails delays only later records of its own item.
// Lambda then delivers the lowest failed record again, with all records after it; jobs that were enqueued before are then
// the same jobs. If the first record of the batch failed, the handler throws instead: a partial response would say no
// more, and Lambda halves a batch only after an error (BisectBatchOnFunctionError). That isolates a record that always
// fails.
import type { Enqueue } from "../../worker/engine/enqueue/enqueue.ts";
import { FleetError } from "../../worker/fleet/errors.ts";
import type { ResourceNames } from "../../worker/fleet/resources.ts";
import type { Log } from "../shared/log.ts";
import type { Relay } from "../shared/outbox-relay.ts";
import { positionOf, readRecord, UnreadableRecord } from "./change.ts";
import type { FollowUp, NamedCriterion } from "./criterion.ts";

export type RecordChangedOptions = {
  tables: ResourceNames["tables"];
  criteria: readonly NamedCriterion[];
  enqueue: Enqueue;
  relay: Relay;
  log: Log;
};

/** Lambda's partial batch response: the sequence numbers of the records to deliver again. */
export type BatchResponse = { batchItemFailures: { itemIdentifier: string }[] };

/** The first record of a batch, and perhaps others, could not be handled. */
export class RecordsFailed extends FleetError {
  override name = "RecordsFailed";

  constructor(failed: readonly Failure[], records: number) {
    super(`${failed.length} of ${records} records failed, the first with ${failed[0]?.cause ?? "no cause"}`);
  }
}

type Positioned = { record: unknown; sequenceNumber: string; item: string };
type Failure = { sequenceNumber: string; cause: string };

/**
 * Makes the trigger's function. It throws RecordsFailed when the first record failed, and UnreadableRecord for an event
 * without records or a record without a sequence number; Lambda then treats the whole batch as failed.
 */
export function recordChanged(options: RecordChangedOptions) {
  return async (event: unknown): Promise<BatchResponse> => {
    const records = recordsOf(event);
    const items = [...Map.groupBy(records, ({ item }) => item).values()];
    const failed = (await Promise.all(items.map((each) => handleInOrder(options, each)))).flat();
    const first = records[0]?.sequenceNumber;
    if (failed.some(({ sequenceNumber }) => sequenceNumber === first))
      throw new RecordsFailed(failed, records.length);
    return { batchItemFailures: failed.map(({ sequenceNumber }) => ({ itemIdentifier: sequenceNumber })) };
  };
}

function recordsOf(event: unknown): Positioned[] {
  const records =
    typeof event === "object" && event !== null && "Records" in event ? event.Records : undefined;
  if (!Array.isArray(records)) throw new UnreadableRecord("the event has no Records");
  return records.map((record: unknown) => {
    const position = positionOf(record);
    if (position === undefined) throw new UnreadableRecord("a record has no sequence number");
    return { record, ...position };
  });
}

/** Returns the records that failed, and those not tried because an earlier record of the same item failed. */
async function handleInOrder(
  options: RecordChangedOptions,
  records: readonly Positioned[],
): Promise<Failure[]> {
  for (const [index, { record, sequenceNumber }] of records.entries()) {
    try {
      await handle(options, record);
    } catch (error) {
      const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      options.log("error", "record failed", { sequenceNumber, cause });
      return records.slice(index).map((each) => ({ sequenceNumber: each.sequenceNumber, cause }));
    }
  }
  return [];
}

async function handle(options: RecordChangedOptions, record: unknown): Promise<void> {
  const { table, change } = readRecord(record, options.tables);
  for (const { name, follows } of options.criteria.filter((each) => each.table === table))
    for (const followUp of follows(change)) {
      await carryOut(options, followUp);
      options.log("info", "criterion met", { criterion: name, event: change.event });
    }
}

async function carryOut({ enqueue, relay }: RecordChangedOptions, followUp: FollowUp): Promise<void> {
  if (followUp.type === "relay") await relay(followUp.row);
  else await followUp.send(enqueue);
}
