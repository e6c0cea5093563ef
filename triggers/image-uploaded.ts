// A picture was uploaded: validate the event, enqueue resize-image. Runs in Lambda; decodes nothing.
import { resizeImage } from "../worker/jobs/resize-image/job.ts";
import { type Enqueue, PayloadRefused } from "../worker/queue/enqueue.ts";
import { readConfig } from "./config.ts";
import { type Log, log as stdout } from "./log.ts";
import { enqueueFrom } from "./queues.ts";
import { readS3Event } from "./s3-events.ts";

/** What the trigger needs. */
export type ImageUploadedOptions = { uploadsBucket: string; enqueue: Enqueue; log: Log };

/** What became of an event's records. */
export type TriggerReport = { enqueued: number; ignored: number; malformed: number };

/**
 * Makes the handler. What can never become a job is logged with its reason and dropped; when an enqueue fails, all
 * others are still tried and the handler throws, so that the event comes again: jobs already enqueued are the same
 * jobs then.
 */
export function imageUploaded({ uploadsBucket, enqueue, log }: ImageUploadedOptions) {
  return async (event: unknown): Promise<TriggerReport> => {
    const { created, ignored, malformed } = readS3Event(event);
    for (const reason of malformed) log("error", "record dropped: malformed", { reason });
    for (const reason of ignored) log("info", "record ignored", { reason });
    const ours = created.filter(({ bucket }) => bucket === uploadsBucket);
    if (ours.length < created.length)
      log("warn", "records ignored: foreign bucket", { records: created.length - ours.length });
    const sent = await Promise.allSettled(ours.map((object) => enqueue(resizeImage, object)));
    const failures = sent.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
    const refused = failures.filter((error) => error instanceof PayloadRefused);
    for (const error of refused) log("error", "record dropped: malformed", { reason: error.message });
    if (failures.length > refused.length)
      throw new AggregateError(
        failures,
        `${failures.length - refused.length} of ${ours.length} jobs were not enqueued`,
      );
    return {
      enqueued: ours.length - refused.length,
      ignored: ignored.length + created.length - ours.length,
      malformed: malformed.length + refused.length,
    };
  };
}

let made: ReturnType<typeof imageUploaded> | undefined;

/** Lambda's entry; clients are made at the first event and kept for the life of the execution environment. */
export async function handler(event: unknown): Promise<TriggerReport> {
  if (made === undefined) {
    const config = readConfig();
    made = imageUploaded({
      uploadsBucket: config.names.buckets.uploads,
      enqueue: enqueueFrom(config),
      log: stdout,
    });
  }
  return made(event);
}
