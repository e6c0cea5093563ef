// Invariants of deliveries: when a message may be deleted, and what a worker may write after losing its lease.
import type { History } from "../log/history.ts";
import type { ProcessEvent } from "../log/process-log.ts";
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

/** How long an awake worker may take to notice that a lease is over. */
const graceMs = 2000;

/** Milliseconds between `from` and `to` during which the campaign did not freeze the worker. */
function awakeMs(events: readonly ProcessEvent[], worker: string, from: number, to: number): number {
  const held = events.filter((event) => event.worker === worker && event.what === "held");
  const asleep = held.reduce((sum, event) => {
    const until = event.what === "held" ? event.until : 0;
    return sum + Math.max(0, Math.min(to, until) - Math.max(from, event.at));
  }, 0);
  return to - from - asleep;
}

/**
 * A worker puts no further object for a job once it has had time to notice that its lease is over. Fenced writes need no
 * such rule: a late one is refused as soon as anybody else has claimed the job.
 */
export const silenceAfterLostLease: Check = ({ history, processes, workerPrefix, stallMs }) =>
  history.records.flatMap((record): Violation[] => {
    if (record.what !== "put" || record.jobId === undefined || !record.from.startsWith(workerPrefix))
      return [];
    const { jobId, arrivedAt, from, key } = record;
    const handles = history.held(from, jobId).filter(({ receivedAt }) => receivedAt <= arrivedAt);
    if (handles.length === 0 || handles.some(({ until }) => until >= arrivedAt)) return [];
    const until = Math.max(...handles.map((handle) => handle.until));
    const late = awakeMs(processes, from, until, arrivedAt);
    if (late <= graceMs + stallMs) return [];
    const text = `${from} put ${key} ${late} ms (awake) after its lease was over`;
    return [{ invariant: "silence after a lost lease", jobId, text }];
  });

/** Only the job that has read an original, and has completed, deletes that version. No version is hidden by a delete marker. */
export const originalSafe: Check = ({ history, originals, workerPrefix }) =>
  history.records.flatMap((record): Violation[] => {
    if (record.what !== "removed" || !record.from.startsWith(workerPrefix)) return [];
    const original = originals.find(({ bucket }) => bucket === record.bucket);
    if (original === undefined) return [];
    const { key, versionId } = record;
    const violation = (text: string, jobId?: string): Violation[] => [
      { invariant: "original safe", ...(jobId !== undefined && { jobId }), text: `${key}: ${text}` },
    ];
    if (versionId === undefined) return violation("was deleted without naming a version");
    const jobId = original.deleterOf(key, versionId);
    if (jobId === undefined) return violation(`version ${versionId} was deleted though no job may`);
    const ended = history.jobs
      .get(jobId)
      ?.ends.some((end) => end.status === "completed" && end.seq < record.seq);
    return ended ? [] : violation("was deleted before its job had completed", jobId);
  });
