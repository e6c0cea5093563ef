// What happened to each job and each delivery, assembled once from the records for all invariants to read.
import { type LedgerWrite, ledgerWrites } from "./ledger-writes.ts";
import type { CloudRecord } from "./record.ts";

/** One job as the cloud saw it. */
export type JobHistory = {
  jobId: string;
  kind: string;
  group: string;
  /** Position of its first message. Later messages do not change the order. */
  sentSeq: number;
  /** When it was sent, epoch milliseconds. */
  sentAt: number;
  claims: LedgerWrite[];
  /** Terminal commits that were applied. */
  ends: (LedgerWrite & { what: "end" })[];
  /** Positions of its dead letters. */
  deadLetters: number[];
};

/** One receipt handle: which worker held it, for which job, and for how long. */
export type Handle = {
  jobId: string;
  messageId: string;
  queue: string;
  worker: string;
  receivedAt: number;
  /** When its lease ends or ended: the expiry of the newest lease, or the moment of the delete or return. */
  until: number;
};

export type History = {
  records: readonly CloudRecord[];
  ledger: readonly LedgerWrite[];
  jobs: ReadonlyMap<string, JobHistory>;
  handles: ReadonlyMap<string, Handle>;
  /** Handles by worker and job. */
  held: (worker: string, jobId: string) => readonly Handle[];
};

const deadSuffix = "-dead.fifo";

/** A queue's job kind, and whether it is the dead-letter queue. Undefined for queues of other fleets. */
export function queueKind(fleet: string, queue: string): { kind: string; dead: boolean } | undefined {
  if (!queue.startsWith(`${fleet}-`) || !queue.endsWith(".fifo")) return undefined;
  const dead = queue.endsWith(deadSuffix);
  const kind = queue.slice(fleet.length + 1, -(dead ? deadSuffix : ".fifo").length);
  return { kind, dead };
}

/** A job's id in the ledger. Ids of unreadable messages and of events get the queue's kind as prefix. */
function fullJobId(kind: string, jobId: string): string {
  if (jobId.startsWith("unreadable-")) return `${kind}/${jobId}`;
  return jobId.startsWith("event-") ? `${kind}/${jobId.slice("event-".length)}` : jobId;
}

/**
 * Builds the history of a fleet.
 * @param secondMs how many of the log's milliseconds a second of the queues takes; their time may run faster
 */
export function historyOf(
  records: readonly CloudRecord[],
  { fleet, jobsTable, secondMs = 1000 }: { fleet: string; jobsTable: string; secondMs?: number },
): History {
  const ledger = ledgerWrites(records, jobsTable);
  const jobs = jobsOf(records, fleet);
  for (const write of ledger) {
    const job = jobs.get(write.jobId);
    if (job === undefined || !write.applied) continue;
    if (write.what === "claim") job.claims.push(write);
    if (write.what === "end") job.ends.push(write);
  }
  const handles = handlesOf(records, fleet, secondMs);
  const byHolder = Map.groupBy(handles.values(), ({ worker, jobId }) => `${worker} ${jobId}`);
  return {
    records,
    ledger,
    jobs,
    handles,
    held: (worker, jobId) => byHolder.get(`${worker} ${jobId}`) ?? [],
  };
}

function jobsOf(records: readonly CloudRecord[], fleet: string): Map<string, JobHistory> {
  const jobs = new Map<string, JobHistory>();
  for (const record of records) {
    if (record.what !== "sent") continue;
    const queue = queueKind(fleet, record.queue);
    if (queue === undefined) continue;
    const { kind, dead } = queue;
    const jobId = fullJobId(kind, record.jobId);
    const known = jobs.get(jobId);
    if (dead) known?.deadLetters.push(record.seq);
    else if (known === undefined)
      jobs.set(jobId, {
        jobId,
        kind,
        group: record.group,
        sentSeq: record.seq,
        sentAt: record.at,
        claims: [],
        ends: [],
        deadLetters: [],
      });
  }
  return jobs;
}

function handlesOf(records: readonly CloudRecord[], fleet: string, secondMs: number): Map<string, Handle> {
  const handles = new Map<string, Handle>();
  for (const record of records) {
    if (record.what === "received") {
      const queue = queueKind(fleet, record.queue);
      if (queue === undefined || queue.dead) continue;
      for (const { handle, jobId, messageId } of record.messages)
        handles.set(handle, {
          jobId: fullJobId(queue.kind, jobId),
          messageId,
          queue: record.queue,
          worker: record.from,
          receivedAt: record.at,
          until: record.at + record.seconds * secondMs,
        });
    }
    if (record.what === "extended")
      for (const { handle, seconds } of record.entries)
        setUntil(handles, handle, record.at + seconds * secondMs);
    if (record.what === "deleted") for (const handle of record.handles) setUntil(handles, handle, record.at);
  }
  return handles;
}

function setUntil(handles: Map<string, Handle>, handle: string, until: number): void {
  const known = handles.get(handle);
  if (known !== undefined) known.until = until;
}
