// Takes a batch of a stream's records: reads each, asks the criteria, enqueues what follows. Records of one item are
// taken in their order, items side by side, so a record that fails holds up later ones of its own item only. Lambda then
// brings the lowest that failed again, with all after it: what was enqueued already is the same job then. When that is
// the batch's first, no partial response could tell more than an error does, and only for an error Lambda halves the
// batch (BisectBatchOnFunctionError): this is how a record that always fails is left alone in its batch in the end.

import type { Enqueue } from "../../worker/engine/enqueue/enqueue.ts";
import { FleetError } from "../../worker/fleet/errors.ts";
import type { ResourceNames } from "../../worker/fleet/resources.ts";
import type { Log } from "../shared/log.ts";
import type { Relay } from "../shared/outbox-relay.ts";
import { positionOf, readRecord, UnreadableRecord } from "./change.ts";
import type { FollowUp, NamedCriterion } from "./criterion.ts";

/** What the trigger needs. */
export type RecordChangedOptions = {
  tables: ResourceNames["tables"];
  criteria: readonly NamedCriterion[];
  enqueue: Enqueue;
  relay: Relay;
  log: Log;
};

/** Lambda's partial batch response: the sequence numbers of the records to bring again. */
export type BatchResponse = { batchItemFailures: { itemIdentifier: string }[] };

/** The first record of a batch, and perhaps others, could not be taken. */
export class RecordsFailed extends FleetError {
  constructor(failed: readonly Failure[], records: number) {
    super(`${failed.length} of ${records} records failed, the first with ${failed[0]?.cause ?? "no cause"}`);
  }
}

type Positioned = { record: unknown; sequenceNumber: string; item: string };
type Failure = { sequenceNumber: string; cause: string };

/**
 * Makes the handler.
 * @throws RecordsFailed when the first record failed
 * @throws UnreadableRecord for an event without records, or a record without a sequence number: Lambda then takes the
 *   whole batch for failed
 */
export function recordChanged(options: RecordChangedOptions) {
  return async (event: unknown): Promise<BatchResponse> => {
    const records = recordsOf(event);
    const items = [...Map.groupBy(records, ({ item }) => item).values()];
    const failed = (await Promise.all(items.map((each) => takeInOrder(options, each)))).flat();
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

/** The records that failed, or were not tried because an earlier one of the item failed. */
async function takeInOrder(
  options: RecordChangedOptions,
  records: readonly Positioned[],
): Promise<Failure[]> {
  for (const [index, { record, sequenceNumber }] of records.entries()) {
    try {
      await take(options, record);
    } catch (error) {
      const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      options.log("error", "record failed", { sequenceNumber, cause });
      return records.slice(index).map((each) => ({ sequenceNumber: each.sequenceNumber, cause }));
    }
  }
  return [];
}

async function take(options: RecordChangedOptions, record: unknown): Promise<void> {
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
