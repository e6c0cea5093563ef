// Invariants of deliveries: when a message may be deleted, and what a worker may write after it has lost its lease.
import type { History } from "../log/history.ts";
import type { ProcessEvent } from "../log/process-log.ts";
import type { CloudRecord } from "../log/record.ts";
import type { Check, Violation } from "./evidence.ts";

/** A message is deleted only after its job's terminal state, and after its dead letter where there is one. */
export const noEarlyDelete: Check = ({ history, workerPrefix }) =>
  history.records.flatMap((record): Violation[] => {
    if (record.what !== "deleted" || !record.from.startsWith(workerPrefix)) return [];
    return record.handles.flatMap((handle) => {
      const jobId = history.handles.get(handle)?.jobId;
      const why = jobId === undefined ? undefined : earlyDelete(history, jobId, record.seq);
      return why === undefined ? [] : [{ invariant: "no delete before a terminal state", jobId, text: why }];
    });
  });

function earlyDelete({ jobs }: History, jobId: string, seq: number): string | undefined {
  const job = jobs.get(jobId);
  const end = job?.ends.find((one) => one.seq < seq);
  if (end === undefined) return "its message was deleted before it had ended";
  const letter = job?.deadLetters.some((one) => one < seq);
  if (end.status === "dead-lettered" && !letter)
    return "its message was deleted before its dead letter was sent";
  return undefined;
}

/** How long an awake worker may need to notice that a lease is over; a starved machine adds to it. */
const graceMs = 2000;

/** Milliseconds of `from` to `to` in which the worker was not held by the campaign. */
function awakeMs(events: readonly ProcessEvent[], worker: string, from: number, to: number): number {
  const held = events.filter((event) => event.worker === worker && event.what === "held");
  const asleep = held.reduce((sum, event) => {
    const until = event.what === "held" ? event.until : 0;
    return sum + Math.max(0, Math.min(to, until) - Math.max(from, event.at));
  }, 0);
  return to - from - asleep;
}

/** The job and moment of a write that belongs to one job; the moment is that of its arrival. */
function jobWrite(record: CloudRecord, jobsTable: string): { jobId: string; at: number } | undefined {
  if (record.what === "put" && record.jobId !== undefined)
    return { jobId: record.jobId, at: record.arrivedAt };
  if (record.what !== "wrote" || !record.applied) return undefined;
  const row = record.writes.find(
    ({ table, values }) => table === jobsTable && values[":fence"] !== undefined,
  );
  return row === undefined ? undefined : { jobId: String(row.item.jobId), at: record.arrivedAt };
}

/** A worker writes nothing more for a job once it has had the time to notice that its lease is over. */
export const silenceAfterLostLease: Check = ({ history, processes, workerPrefix, jobsTable }) =>
  history.records.flatMap((record): Violation[] => {
    if (!record.from.startsWith(workerPrefix)) return [];
    const write = jobWrite(record, jobsTable);
    if (write === undefined) return [];
    const { jobId, at } = write;
    const handles = history.held(record.from, jobId).filter(({ receivedAt }) => receivedAt <= at);
    if (handles.length === 0 || handles.some(({ until }) => until >= at)) return [];
    const until = Math.max(...handles.map((handle) => handle.until));
    const late = awakeMs(processes, record.from, until, at);
    if (late <= graceMs) return [];
    const text = `${record.from} wrote ${late} ms (awake) after its lease was over`;
    return [{ invariant: "silence after a lost lease", jobId, text }];
  });

/** Nobody but the job that has read it, and has ended, deletes a version of an original; nothing hides one. */
export const originalSafe: Check = ({ history, originals, workerPrefix }) =>
  history.records.flatMap((record): Violation[] => {
    if (record.what !== "removed" || !record.from.startsWith(workerPrefix)) return [];
    const original = originals.find(({ bucket }) => bucket === record.bucket);
    if (original === undefined) return [];
    const { key, versionId } = record;
    const say = (text: string, jobId?: string): Violation[] => [
      { invariant: "original safe", ...(jobId !== undefined && { jobId }), text: `${key}: ${text}` },
    ];
    if (versionId === undefined) return say("was deleted without naming a version");
    const jobId = original.deleterOf(key, versionId);
    if (jobId === undefined) return say(`version ${versionId} was deleted though no job may`);
    const ended = history.jobs
      .get(jobId)
      ?.ends.some((end) => end.status === "completed" && end.seq < record.seq);
    return ended ? [] : say("was deleted before its job had completed", jobId);
  });
