// What every trigger of a bucket does with an S3 event: unwrap it, keep the relevant records, enqueue a job per object.
import { PayloadRefused } from "../../worker/engine/enqueue/enqueue.ts";
import type { KeepDropped } from "./dropped-records.ts";
import type { Log } from "./log.ts";
import { type ObjectChange, type ObjectEvent, readS3Event } from "./s3-events.ts";

/** What distinguishes one trigger of a bucket from another. */
export type ObjectTrigger = {
  /** Events of other buckets are ignored. */
  bucket: string;
  on: ObjectChange;
  /** Objects for which it answers false are ignored. All are ours when it is absent. */
  isOurs?: (object: ObjectEvent) => boolean;
  /** What systems leave in folders: ignored, and counted in the log by itself. */
  isJunk?: (object: ObjectEvent) => boolean;
  enqueueObject: (object: ObjectEvent) => Promise<unknown>;
  keepDropped: KeepDropped;
  log: Log;
};

/** How many records of an event were enqueued, ignored or malformed. */
export type TriggerReport = { enqueued: number; ignored: number; malformed: number };

/**
 * Makes the trigger's function. A record that can never become a job is logged with its reason, dropped and kept for people. If
 * an enqueue fails, all others are still tried, then the function throws and Lambda delivers the event again. Jobs that were enqueued
 * before are then the same jobs.
 */
export function objectTrigger({
  bucket,
  on,
  isOurs = () => true,
  isJunk = () => false,
  enqueueObject,
  keepDropped,
  log,
}: ObjectTrigger) {
  return async (event: unknown): Promise<TriggerReport> => {
    const { objects, ignored, malformed } = readS3Event(event, on);
    for (const reason of malformed) log("error", "record dropped: malformed", { reason });
    for (const reason of ignored) log("info", "record ignored", { reason });
    const inBucket = objects.filter((object) => object.bucket === bucket);
    const wanted = inBucket.filter((object) => !isJunk(object));
    const ours = wanted.filter(isOurs);
    const foreign = objects.length - inBucket.length;
    const junk = inBucket.length - wanted.length;
    const outside = wanted.length - ours.length;
    if (foreign > 0) log("warn", "records ignored: foreign bucket", { records: foreign });
    if (junk > 0) log("info", "records ignored: left in folders by systems", { records: junk });
    if (outside > 0) log("warn", "records ignored: foreign keys", { records: outside });
    const refused = await enqueueAll(ours, enqueueObject, log);
    await keepDropped(event, [...malformed, ...refused]);
    return {
      enqueued: ours.length - refused.length,
      ignored: ignored.length + foreign + junk + outside,
      malformed: malformed.length + refused.length,
    };
  };
}

/**
 * Enqueues a job for every item, even if others fail. Returns why items are malformed, one reason for each; they were logged.
 * @throws AggregateError when some jobs were not enqueued and a retry may help
 */
export async function enqueueAll<Item>(
  items: readonly Item[],
  enqueueOne: (item: Item) => Promise<unknown>,
  log: Log,
): Promise<string[]> {
  const sent = await Promise.allSettled(items.map(enqueueOne));
  const failures = sent.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
  const refused = failures
    .filter((error) => error instanceof PayloadRefused)
    .map(({ message: reason }) => reason);
  for (const reason of refused) log("error", "record dropped: malformed", { reason });
  if (failures.length > refused.length)
    throw new AggregateError(
      failures,
      `${failures.length - refused.length} of ${items.length} jobs were not enqueued`,
    );
  return refused;
}
