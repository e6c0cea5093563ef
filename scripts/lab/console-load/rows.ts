// Rows of jobs as a fleet of some weeks leaves them: mostly completed, some rejected, some waiting, some dead, in many groups.
// The same seed makes the same rows.
import { createHash } from "node:crypto";
import { attentionOf, endedShard } from "../../../worker/engine/ledger/job-row.ts";
import { jobKinds } from "../../../worker/jobs/catalog.ts";

/** What to make. */
export type LoadSize = { rows: number; groups: number; dead: number; waiting: number };

/** A row of the jobs table. */
export type LoadRow = Record<string, unknown> & {
  jobId: string;
  kind: string;
  group: string;
  status: string;
};

/** How long ago the oldest job was enqueued. */
const spanMs = 30 * 24 * 60 * 60 * 1000;

/** One of this many completed or rejected jobs was rejected. */
const rejectedOneIn = 40;

/** Of this share of rows is the first kind, which is the busiest. */
const busiestShare = 0.6;

/** All rows, one after another. */
export function* rowsOf(size: LoadSize, now: number): Generator<LoadRow> {
  for (let index = 0; index < size.rows; index += 1) yield rowAt(index, size, now);
}

/** The row at a place: the last `dead` rows are dead letters, those before them wait for their next run. */
export function rowAt(index: number, { rows, groups, dead, waiting }: LoadSize, now: number): LoadRow {
  const digest = createHash("sha256").update(`job ${index}`).digest("hex").slice(0, 40);
  const kind = kindOf(index);
  const group = `group-${index % groups}`;
  const enqueuedMs = now - spanMs + Math.floor((index / rows) * (spanMs - 60_000));
  const jobId = `${kind}/${digest}`;
  const row = {
    ...{ jobId, kind, group, fence: 1, interruptions: 0, redrives: 0, traceId: digest.slice(0, 32) },
    messageId: `${digest.slice(0, 8)}-0000-4000-8000-${digest.slice(8, 20)}`,
    owner: `i-${index % 7}`,
    enqueuedAt: iso(enqueuedMs),
    claimedAt: iso(enqueuedMs + 500),
    notes: [{ at: enqueuedMs + 500, by: `i-${index % 7}` }],
  };
  if (index >= rows - dead) return deadRow(row, enqueuedMs);
  if (index >= rows - dead - waiting) return waitingRow(row, enqueuedMs);
  return endedRow(row, enqueuedMs + 900 + (index % 4000), index % rejectedOneIn === 7);
}

const iso = (ms: number) => new Date(ms).toISOString();

function kindOf(index: number): string {
  const spread = (index * 2_654_435_761) % 4_294_967_296;
  if (spread / 4_294_967_296 < busiestShare) return jobKinds[0] ?? "";
  return jobKinds[1 + (spread % (jobKinds.length - 1))] ?? "";
}

/** How many albums the pictures are in. */
export const loadAlbums = 200;

/** The album of the picture that a job made. */
export const albumOfJob = (jobId: string): string =>
  `album-${Number.parseInt(jobId.slice(-6), 16) % loadAlbums}`;

/** The key of the picture that a job made. */
export const pictureKeyOf = (jobId: string): string => `${albumOfJob(jobId)}/picture-${jobId.slice(-32)}.jpg`;

type Base = { jobId: string; kind: string; group: string };

/** Results as the handlers of the kinds leave them, as long and with names in them. */
function resultOf({ kind, jobId }: Base): Record<string, unknown> {
  const id = jobId.slice(-32);
  const picture = { bucket: "results", width: 1200, height: 800, contentType: "image/webp" };
  switch (kind) {
    case "resize-image":
      return { ...picture, key: pictureKeyOf(jobId) };
    case "contact-sheet":
      return { ...picture, key: `sheets/${id}`, album: "inbox", threshold: 10, shown: 10, missing: 0 };
    case "parse-mail":
      return { submissionId: id, reference: "K7Q2-9MPD", parts: [{ name: "story.txt", bytes: 12_000 }] };
    case "store-file":
      return { fileId: id, name: `report ${id}.pdf`, bytes: 1_000_000, contentType: "application/pdf" };
    default:
      return { counts: { lighthouse: 3, storm: 2 } };
  }
}

function deadRow(row: Base, enqueuedMs: number): LoadRow {
  const at = iso(enqueuedMs + 60_000);
  const ended = { endedAt: at, endedShard: endedShard(row.kind, row.jobId), updatedAt: at };
  const dead = { deadLetterSent: true, deadKind: row.kind, deadAt: at };
  return {
    ...row,
    ...ended,
    ...dead,
    status: "dead-lettered",
    fence: 5,
    failures: 5,
    cause: "Error: it failed every time",
  };
}

function waitingRow(row: Base, enqueuedMs: number): LoadRow {
  const at = iso(enqueuedMs + 2000);
  const attention = { attention: attentionOf(row.kind, "waiting"), attentionAt: at };
  return {
    ...row,
    ...attention,
    status: "waiting",
    failures: 1,
    lastError: "Error: no route to host",
    updatedAt: at,
  };
}

function endedRow(row: Base, endedMs: number, rejected: boolean): LoadRow {
  const at = iso(endedMs);
  const ended = { endedAt: at, endedShard: endedShard(row.kind, row.jobId), updatedAt: at };
  if (!rejected) return { ...row, ...ended, status: "completed", result: resultOf(row) };
  const attention = { attention: attentionOf(row.kind, "rejected"), attentionAt: at };
  return {
    ...row,
    ...ended,
    ...attention,
    status: "rejected",
    code: "not-a-picture",
    reason: "This is a PDF document.",
  };
}
