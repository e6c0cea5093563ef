// Deletes what waits in a kind's queue, or lies in its dead-letter queue, message by message: each job's end is recorded
// before its message goes, and under a new fence, so that the ledger claims no run that will never be and a worker that
// comes late cannot commit one. What workers hold is theirs and is not touched.
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { JobDefinition } from "../../../worker/engine/job/define-job.ts";
import { createLedger } from "../../../worker/engine/ledger/dynamodb-ledger.ts";
import { FenceLost, type Ledger } from "../../../worker/engine/ledger/ledger.ts";
import { systemClock } from "../../../worker/fleet/clock.ts";
import { deadJobId, envelopeOf, jobIdIn } from "../messages/job-of.ts";
import { remove, returnMessages, type Taken, type TakingFrom, take } from "../messages/take.ts";
import { noLongerDead } from "../redrive/note.ts";

/** What purging needs. */
export type PurgeOptions = {
  from: TakingFrom;
  definition: JobDefinition<string, unknown>;
  /** True for the dead-letter queue. */
  dead: boolean;
  db: DynamoDBDocumentClient;
  /** The jobs table. */
  table: string;
  by: string;
  /** Epoch milliseconds. */
  now: () => number;
};

/** How long messages are taken away while ten at a time are deleted, seconds. */
const handSeconds = 60;

/** What arrives while we work is left; clocks may differ by so much. */
const clockSkewMs = 60 * 1000;

/** The reason in the row of a job that was purged. */
const purged = { code: "purged", reason: "An operator removed it from its queue." } as const;

/**
 * Deletes every message that can be had and was there at the start; returns how many.
 * @throws what the first refused call throws; messages not yet deleted are given back
 */
export async function purgeQueue(options: PurgeOptions): Promise<number> {
  const { from, now, db, table, by } = options;
  const ledger = createLedger({ db, table, owner: `purge by ${by}`, clock: systemClock });
  const latest = now() + clockSkewMs;
  const left: Taken[] = [];
  let count = 0;
  try {
    for (;;) {
      const messages = await take(from, handSeconds);
      if (messages.length === 0) return count;
      left.push(...messages.filter(({ sentAt }) => sentAt > latest));
      const old = messages.filter(({ sentAt }) => sentAt <= latest);
      const groups = [...Map.groupBy(old, ({ group }) => group).values()];
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
    }
  } finally {
    await returnMessages(from, left);
  }
}

async function endJob(options: PurgeOptions, ledger: Ledger, message: Taken): Promise<void> {
  const { definition, dead, db, table, by, now } = options;
  const envelope = envelopeOf(message.body);
  const redrives = envelope?.redrives ?? 0;
  const jobId = dead ? deadJobId(definition, message) : jobIdIn(definition, message.body);
  // A message that is no job has no row, unless it was given up: then that row is named.
  if (jobId !== undefined && envelope !== undefined && !jobId.includes("/unreadable-"))
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

/** Ends a job that has not ended; one that a worker ends meanwhile has ended, too. */
async function reject(ledger: Ledger, request: Parameters<Ledger["claim"]>[0]): Promise<void> {
  const found = await ledger.claim(request);
  if (found.state !== "claimed") return;
  try {
    await ledger.commit(found.claim, { status: "rejected", ...purged, effects: [] });
  } catch (error) {
    if (!(error instanceof FenceLost)) throw error;
  }
}
