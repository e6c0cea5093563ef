// One scheduled sweep: looks at the objects of the last day, and enqueues those that no job took. Bounded in time, in jobs, and by
// what waits: an object whose message waits in a long queue is unknown to the ledger, too, and must not be enqueued again and
// again.
import { GetQueueAttributesCommand, GetQueueUrlCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { queueName } from "../../worker/fleet/resources.ts";
import type { Log } from "../shared/log.ts";
import { type TakeOptions, takeUntaken } from "./take.ts";
import { type SweptKind, sweptKinds, type UntakenOptions, untakenOf } from "./untaken.ts";

/** What a sweep uses. */
export type SweepOptions = TakeOptions &
  Pick<UntakenOptions, "s3" | "now"> & {
    sqs: SQSClient;
    log: Log;
    /** Ends the sweep; the next one goes on. */
    signal: AbortSignal;
    bounds?: SweepBounds;
  };

/** The bounds of a sweep. */
export type SweepBounds = {
  olderThanSeconds: number;
  /** Several intervals, so that a sweep that fails is made up for. */
  youngerThanSeconds: number;
  /** A kind of which more messages than this wait or are in flight is left to the next sweep. */
  mostWaiting: number;
  /** Jobs of a kind that one sweep enqueues at most. */
  mostJobs: number;
};

const hour = 60 * 60;
export const sweepBounds: SweepBounds = {
  olderThanSeconds: hour,
  youngerThanSeconds: 25 * hour,
  mostWaiting: 100,
  mostJobs: 1000,
};

/** What came of a kind: how many objects were enqueued, or why none was. */
export type KindReport = { enqueued: number; skipped?: "jobs wait" | "no time was left" };

/** Sweeps all kinds. @throws AggregateError when some could not be swept; the others were */
export async function sweepUntaken(options: SweepOptions): Promise<Record<SweptKind, KindReport>> {
  const tried = await Promise.allSettled(sweptKinds.map((kind) => sweepKind(options, kind)));
  const failures = tried.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} kinds were not swept`);
  const reports = tried.map((one) => (one.status === "fulfilled" ? one.value : { enqueued: 0 }));
  return Object.fromEntries(sweptKinds.map((kind, index) => [kind, reports[index]])) as Record<
    SweptKind,
    KindReport
  >;
}

async function sweepKind(options: SweepOptions, kind: SweptKind): Promise<KindReport> {
  const { log, signal, bounds = sweepBounds } = options;
  const { mostWaiting, mostJobs, ...ages } = bounds;
  if ((await waiting(options, kind)) > mostWaiting) {
    log("info", "not swept: jobs wait", { kind });
    return { enqueued: 0, skipped: "jobs wait" };
  }
  let enqueued = 0;
  for await (const object of untakenOf(kind, { ...options, ...ages })) {
    await takeUntaken(options, kind, object);
    log("warn", "untaken object enqueued", { kind, versionId: object.versionId, at: object.at });
    enqueued += 1;
    if (enqueued >= mostJobs || signal.aborted) break;
  }
  if (!signal.aborted) return { enqueued };
  log("warn", "sweep ended early: no time was left", { kind, enqueued });
  return { enqueued, skipped: "no time was left" };
}

/** Messages of a kind that wait or are in flight. SQS's counts are approximate. */
async function waiting({ sqs, names }: SweepOptions, kind: SweptKind): Promise<number> {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: queueName(names.fleet, kind) }));
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    }),
  );
  return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
}
