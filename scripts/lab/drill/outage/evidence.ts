// What the ledger and the cloud's log say about an outage: how soon each kind of job went on after it, whether any job died or
// failed, and whether every message group stayed in order. Believes no worker's word but its rows.
import { paginateScan } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import type { Applied } from "../../../control/local-control.ts";
import type { Target } from "../../../submit/target.ts";

/** When the outage was, epoch milliseconds. */
export type OutageTimes = { startedAt: number; endedAt: number };

/** Jobs of a kind that had been enqueued and not ended when the outage ended. Seconds count from its end. */
export type KindRecovery = { kind: string; waited: number; firstSeconds: number; lastSeconds: number };

/** What is known of an outage. */
export type OutageEvidence = {
  kinds: KindRecovery[];
  /** Jobs of all kinds that ended since the outage began, and those among them that were dead-lettered. */
  ended: number;
  deadLettered: number;
  /** Failures counted against these jobs. */
  failures: number;
  /** Groups with more than one of these jobs, and jobs that were begun before the one before them had ended. */
  groups: number;
  outOfOrder: number;
};

const rowSchema = z.object({
  kind: z.string(),
  group: z.string(),
  status: z.string(),
  messageId: z.string().default(""),
  enqueuedAt: z.iso.datetime(),
  claimedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  failures: z.number().default(0),
});

/** A job that has ended, as its row tells. */
export type EndedJob = z.infer<typeof rowSchema>;

/** Reads the rows of all jobs that ended since the outage began, and judges them. */
export async function readEvidence(
  { db, names }: Pick<Target, "db" | "names">,
  log: readonly Applied[],
  times: OutageTimes,
): Promise<OutageEvidence> {
  const jobs: EndedJob[] = [];
  const scan = { TableName: names.tables.jobs, ConsistentRead: true };
  for await (const { Items = [] } of paginateScan({ client: db }, scan))
    for (const item of Items) {
      const { data } = rowSchema.safeParse(item);
      if (data !== undefined && Date.parse(data.endedAt) >= times.startedAt) jobs.push(data);
    }
  return judgeOutage(jobs, log, times);
}

/** Judges the jobs that ended since the outage began. */
export function judgeOutage(
  jobs: readonly EndedJob[],
  log: readonly Applied[],
  { endedAt }: OutageTimes,
): OutageEvidence {
  return {
    kinds: recoveries(jobs, endedAt),
    ended: jobs.length,
    deadLettered: jobs.filter(({ status }) => status === "dead-lettered").length,
    failures: jobs.reduce((sum, { failures }) => sum + failures, 0),
    ...orderOf(jobs, log),
  };
}

function recoveries(jobs: readonly EndedJob[], outageEnd: number): KindRecovery[] {
  const waited = jobs.filter(
    (job) => Date.parse(job.enqueuedAt) <= outageEnd && Date.parse(job.endedAt) > outageEnd,
  );
  return [...Map.groupBy(waited, ({ kind }) => kind)]
    .map(([kind, ofKind]) => {
      const seconds = ofKind.map((job) => (Date.parse(job.endedAt) - outageEnd) / 1000);
      return {
        kind,
        waited: ofKind.length,
        firstSeconds: Math.min(...seconds),
        lastSeconds: Math.max(...seconds),
      };
    })
    .sort((a, b) => a.kind.localeCompare(b.kind));
}

/** A queue gives a group's messages in their order, so the order of first receives is the order of the queue. */
function orderOf(jobs: readonly EndedJob[], log: readonly Applied[]) {
  const place = firstReceives(log);
  const received = jobs.filter(({ messageId }) => place.has(messageId));
  const groups = [...Map.groupBy(received, ({ kind, group }) => `${kind} ${group}`).values()];
  const several = groups.filter(({ length }) => length > 1);
  const at = ({ messageId }: EndedJob) => place.get(messageId) ?? 0;
  const violations = several.map((group) => {
    const inOrder = group.toSorted((a, b) => at(a) - at(b));
    return inOrder.filter((job, index) => job.claimedAt < (inOrder[index - 1]?.endedAt ?? "")).length;
  });
  return { groups: several.length, outOfOrder: violations.reduce((sum, count) => sum + count, 0) };
}

/** The place of every message in the sequence of first receives. */
function firstReceives(log: readonly Applied[]): Map<string, number> {
  const place = new Map<string, number>();
  for (const { service, action, status, summary } of log) {
    if (service !== "sqs" || action !== "ReceiveMessage" || status !== 200) continue;
    const { messages = [] } = (summary ?? {}) as { messages?: string[] };
    for (const message of messages) if (!place.has(message)) place.set(message, place.size);
  }
  return place;
}
