// Deletes the waiting messages of a kind's queue or dead-letter queue, one by one. The end of each job is recorded before
// its message is deleted, under a new fence, so that a worker that is late cannot commit the job. Messages that workers
// have received stay.
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { JobDefinition } from "../../../worker/engine/job/define-job.ts";
import { isStandIn } from "../../../worker/engine/job/stand-in-id.ts";
import { createLedger } from "../../../worker/engine/ledger/dynamodb-ledger.ts";
import { FenceLost, type Ledger } from "../../../worker/engine/ledger/ledger.ts";
import { systemClock } from "../../../worker/fleet/clock.ts";
import { deadJobId, envelopeOf, jobIdIn } from "../messages/job-of.ts";
import { remove, returnMessages, type Taken, type TakingFrom, takeAll } from "../messages/take.ts";
import { noLongerDead } from "../redrive/note.ts";

export type PurgeOptions = {
  from: TakingFrom;
  definition: JobDefinition<string, unknown>;
  /** True to purge the dead-letter queue. */
  dead: boolean;
  db: DynamoDBDocumentClient;
  /** The jobs table. */
  table: string;
  by: string;
  /** Which jobs' messages are deleted; all unless given. */
  isMeant?: ((jobId: string) => boolean) | undefined;
  /** Only messages of this group. */
  group?: string | undefined;
  /** So many at most. */
  most?: number | undefined;
  /** Epoch milliseconds. */
  now: () => number;
};

/** How long a batch of ten messages stays hidden while it is deleted, or is kept aside until the end, seconds. */
const hiddenSeconds = { all: 60, some: 300 } as const;

/** Messages that arrive meanwhile stay; clocks may differ by this much. */
const clockSkewMs = 60 * 1000;

/** The code and reason in the row of a purged job. */
const purged = { code: "purged", reason: "An operator removed it from its queue." } as const;

/**
 * Deletes the visible messages that are meant and were in the queue at the start, and returns their number.
 * @throws the error of the first refused call; messages that are not deleted yet are returned
 */
export async function purgeQueue(options: PurgeOptions): Promise<number> {
  const { from, now, db, table, by, most = Number.POSITIVE_INFINITY } = options;
  const ledger = createLedger({ db, table, owner: `purge by ${by}`, clock: systemClock });
  const latest = now() + clockSkewMs;
  const some = options.isMeant !== undefined || options.group !== undefined;
  const left: Taken[] = [];
  let count = 0;
  try {
    for await (const messages of takeAll(from, some ? hiddenSeconds.some : hiddenSeconds.all)) {
      const ours = messages
        .filter((message) => message.sentAt <= latest && isOurs(options, message))
        .slice(0, most - count);
      left.push(...messages.filter((message) => !ours.includes(message)));
      const groups = [...Map.groupBy(ours, ({ group }) => group).values()];
      const results = await Promise.allSettled(
        groups.map(async (group) => {
          for (const [index, message] of group.entries())
            try {
              await endJob(options, ledger, message);
              await remove(from, message);
              count += 1;
            } catch (error) {
              left.push(...group.slice(index));
              throw error;
            }
        }),
      );
      for (const result of results) if (result.status === "rejected") throw result.reason;
      if (count >= most) break;
    }
    return count;
  } finally {
    await returnMessages(from, left);
  }
}

function isOurs({ definition, dead, group, isMeant }: PurgeOptions, message: Taken): boolean {
  if (message.group !== (group ?? message.group)) return false;
  if (isMeant === undefined) return true;
  const jobId = dead ? deadJobId(definition, message) : jobIdIn(definition, message.body);
  return jobId !== undefined && isMeant(jobId);
}

async function endJob(options: PurgeOptions, ledger: Ledger, message: Taken): Promise<void> {
  const { definition, dead, db, table, by, now } = options;
  const envelope = envelopeOf(message.body);
  const redrives = envelope?.redrives ?? 0;
  const jobId = dead ? deadJobId(definition, message) : jobIdIn(definition, message.body);
  // A message that is no job has no row, unless a worker gave it up; then the message names its row.
  if (jobId !== undefined && envelope !== undefined && !isStandIn(jobId))
    await reject(ledger, {
      jobId,
      kind: definition.kind,
      group: message.group,
      traceId: envelope.traceId,
      enqueuedAt: envelope.enqueuedAt,
      redrives,
    });
  if (dead && jobId !== undefined) await noLongerDead({ db, table, by, now }, jobId, "purged", redrives);
}

/** Ends a job that has not ended yet. Where a worker ends it at the same time, its outcome stands. */
async function reject(ledger: Ledger, request: Parameters<Ledger["claim"]>[0]): Promise<void> {
  const found = await ledger.claim(request);
  if (found.state !== "claimed") return;
  try {
    await ledger.commit(found.claim, { status: "rejected", ...purged, effects: [] });
  } catch (error) {
    if (!(error instanceof FenceLost)) throw error;
  }
}
