// What every trigger of a bucket does with an S3 event: unwrap it, keep what concerns it, enqueue a job for each object.
import { PayloadRefused } from "../../worker/engine/enqueue/enqueue.ts";
import type { Log } from "./log.ts";
import { type ObjectChange, type ObjectEvent, readS3Event } from "./s3-events.ts";

/** What a trigger of a bucket is made of. */
export type ObjectTrigger = {
  /** Events of other buckets are ignored. */
  bucket: string;
  on: ObjectChange;
  enqueueObject: (object: ObjectEvent) => Promise<unknown>;
  log: Log;
};

/** What became of an event's records. */
export type TriggerReport = { enqueued: number; ignored: number; malformed: number };

/**
 * Makes the handler. What can never become a job is logged with its reason and dropped; when an enqueue fails, all
 * others are still tried and the handler throws, so that the event comes again: jobs already enqueued are the same
 * jobs then.
 */
export function objectTrigger({ bucket, on, enqueueObject, log }: ObjectTrigger) {
  return async (event: unknown): Promise<TriggerReport> => {
    const { objects, ignored, malformed } = readS3Event(event, on);
    for (const reason of malformed) log("error", "record dropped: malformed", { reason });
    for (const reason of ignored) log("info", "record ignored", { reason });
    const ours = objects.filter((object) => object.bucket === bucket);
    const foreign = objects.length - ours.length;
    if (foreign > 0) log("warn", "records ignored: foreign bucket", { records: foreign });
    const refused = await enqueueAll(ours, enqueueObject, log);
    return {
      enqueued: ours.length - refused,
      ignored: ignored.length + foreign,
      malformed: malformed.length + refused,
    };
  };
}

/**
 * Enqueues a job for each, whatever becomes of the others; answers how many can never be jobs and were logged.
 * @throws AggregateError when some were not enqueued and may be another time
 */
export async function enqueueAll<Item>(
  items: readonly Item[],
  enqueueOne: (item: Item) => Promise<unknown>,
  log: Log,
): Promise<number> {
  const sent = await Promise.allSettled(items.map(enqueueOne));
  const failures = sent.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
  const refused = failures.filter((error) => error instanceof PayloadRefused);
  for (const error of refused) log("error", "record dropped: malformed", { reason: error.message });
  if (failures.length > refused.length)
    throw new AggregateError(
      failures,
      `${failures.length - refused.length} of ${items.length} jobs were not enqueued`,
    );
  return refused.length;
}
