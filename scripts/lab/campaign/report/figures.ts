// The figures of a run beside the verdict: how many messages were redelivered, and how soon work continued after a worker
// drained or died. Read from the cloud's log.
import type { JobHistory } from "../log/history.ts";
import type { Evidence } from "../oracle/evidence.ts";
import { callRate, failing } from "../oracle/outage-checks.ts";

export type Figures = {
  /** Deliveries of messages that had been delivered before. */
  redelivered: number;
  /** Workers killed without notice. */
  kills: number;
  /**
   * Seconds from the moment a draining worker returned a message until another worker received it. Where the campaign also
   * freezes and kills workers, this mostly measures that; with `--drains` there is always a free slot.
   */
  redeliveryAfterDrain: number[];
  /** Seconds from a kill until a job that was running was claimed again. */
  recoveryAfterKill: number[];
  /** Outages that were played. */
  outages: number;
  /**
   * Seconds on the machine from the end of an outage until each group whose job waited had ended one. Jobs that are meant
   * to fail are left out.
   */
  recoveryAfterOutage: number[];
  /** The most calls that a worker made to a failing service in a minute of its time. */
  mostCallsPerMinute: number;
};

/** Computes the figures from the evidence. */
export function figuresOf(evidence: Evidence): Figures {
  return {
    redelivered: redelivered(evidence),
    kills: evidence.processes.filter(({ what }) => what === "killed").length,
    redeliveryAfterDrain: redeliveryAfterDrain(evidence),
    recoveryAfterKill: recoveryAfterKill(evidence),
    outages: evidence.outages.length,
    recoveryAfterOutage: recoveryAfterOutage(evidence),
    mostCallsPerMinute: Math.max(0, ...failing(evidence).map((outage) => callRate(outage, evidence))),
  };
}

function redelivered({ history: { records } }: Evidence): number {
  const messages = records.flatMap((record) =>
    record.what === "received" ? record.messages.map(({ messageId }) => messageId) : [],
  );
  return messages.length - new Set(messages).size;
}

/** Counts only messages at the head of their group; those behind wait for it by design. */
function redeliveryAfterDrain({ history, processes }: Evidence): number[] {
  const drains = new Map(
    processes.flatMap((event) => (event.what === "drain" ? [[event.worker, event.at] as const] : [])),
  );
  const isHead = headOfGroup(history);
  const waits: number[] = [];
  const returned = new Map<string, number>();
  for (const record of history.records) {
    if (record.what === "extended" && record.at >= (drains.get(record.from) ?? Number.POSITIVE_INFINITY))
      for (const { handle, seconds } of record.entries) {
        const held = history.handles.get(handle);
        if (seconds === 0 && held !== undefined && isHead(held.jobId, record.seq))
          returned.set(held.messageId, record.at);
      }
    if (record.what === "received")
      for (const { messageId } of record.messages) {
        const at = returned.get(messageId);
        returned.delete(messageId);
        if (at !== undefined) waits.push((record.at - at) / 1000);
      }
  }
  return waits;
}

/** Whether, at a position in the log, every earlier job of a job's group had ended and its message was deleted. */
function headOfGroup({
  jobs,
  records,
  handles,
}: Evidence["history"]): (jobId: string, seq: number) => boolean {
  const groups = Map.groupBy(jobs.values(), ({ kind, group }) => `${kind} ${group}`);
  const deletedAt = new Map<string, number>();
  for (const record of records)
    if (record.what === "deleted")
      for (const handle of record.handles) deletedAt.set(handles.get(handle)?.jobId ?? "", record.seq);
  return (jobId, seq) => {
    const job = jobs.get(jobId);
    if (job === undefined) return false;
    const earlier =
      groups.get(`${job.kind} ${job.group}`)?.filter(({ sentSeq }) => sentSeq < job.sentSeq) ?? [];
    return earlier.every((one) => (deletedAt.get(one.jobId) ?? Number.POSITIVE_INFINITY) < seq);
  };
}

function recoveryAfterKill({ history, processes }: Evidence): number[] {
  const kills = processes.filter(({ what }) => what === "killed");
  return kills.flatMap(({ worker, at }) =>
    [...history.jobs.values()].flatMap(({ claims }) => {
      const index = claims.findLastIndex((claim) => claim.from === worker && claim.at <= at);
      const next = claims[index + 1];
      return index < 0 || next === undefined || next.at < at ? [] : [(next.at - at) / 1000];
    }),
  );
}

function recoveryAfterOutage({ history, outages, designedDeadLetters }: Evidence): number[] {
  const groups = [...Map.groupBy(history.jobs.values(), ({ kind, group }) => `${kind} ${group}`).values()];
  const endedAt = ({ ends }: JobHistory) => ends[0]?.at ?? Number.POSITIVE_INFINITY;
  return outages.flatMap(({ until }) =>
    groups.flatMap((jobs) => {
      const waiting = jobs.filter((job) => job.sentAt < until && endedAt(job) > until);
      const [head] = waiting.toSorted((a, b) => a.sentSeq - b.sentSeq);
      if (head === undefined || designedDeadLetters.has(head.jobId)) return [];
      return endedAt(head) === Number.POSITIVE_INFINITY ? [] : [(endedAt(head) - until) / 1000];
    }),
  );
}

/** With no event in n trials, the true rate is below 3/n with 95 % confidence (rule of three). */
export const ruleOfThree = (trials: number): number => (trials === 0 ? 1 : 3 / trials);
