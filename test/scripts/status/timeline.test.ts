// What a job's row tells of its life.
import { expect, test } from "vitest";
import { timelineOf } from "../../../scripts/status/timeline.ts";
import type { JobRow } from "../../../worker/engine/ledger/job-row.ts";

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 12, 0, seconds)).toISOString();
const ms = (seconds: number) => Date.parse(at(seconds));

const row = (more: Partial<JobRow>): JobRow => ({
  ...{ jobId: "k/1", kind: "k", group: "g", status: "running", fence: 1, interruptions: 0, redrives: 0 },
  ...{ enqueuedAt: at(0), updatedAt: at(0), ...more },
});

const told = (job: JobRow, operator = {}) =>
  timelineOf(job, operator).map(({ what, worker, end, seconds, why }) =>
    [what, worker, end, seconds, why].filter((part) => part !== undefined).join(" "),
  );

test("a job that was completed at once: enqueued, one run, completed", () => {
  const done = row({ status: "completed", notes: [{ at: ms(1), by: "w-1" }], endedAt: at(3) });
  expect(told(done)).toEqual(["enqueued", "run w-1 ended the job 2", "completed"]);
});

test("failures, interruptions and runs without a note, each with its worker", () => {
  const notes = [
    ...[
      { at: ms(1), by: "w-1" },
      { at: ms(3), end: "failed" as const, cause: "Error: x" },
    ],
    ...[
      { at: ms(5), by: "w-2" },
      { at: ms(70), by: "w-3" },
    ],
    ...[
      { at: ms(71), end: "interrupted" as const },
      { at: ms(80), by: "w-4" },
    ],
  ];
  expect(told(row({ notes }))).toEqual([
    "enqueued",
    "run w-1 failed 2 Error: x",
    "run w-2 lost",
    "run w-3 interrupted 1",
    "run w-4 goes on",
  ]);
});

test("a job that died, was sent back by a person and died again", () => {
  const died = row({
    status: "dead-lettered",
    notes: [
      { at: ms(1), by: "w-1" },
      { at: ms(2), end: "dead-lettered", cause: "first" },
      { at: ms(60), by: "w-2" },
    ],
    endedAt: at(61),
    cause: "second",
    deadAt: at(62),
  });
  expect(told(died, { redrivenAt: at(50), redrivenBy: "ann" })).toEqual([
    "enqueued",
    "run w-1 ended the job 1",
    "dead-lettered first",
    "sent back by ann",
    "run w-2 ended the job 1",
    "dead-lettered second",
    "in its dead-letter queue",
  ]);
});

test("a row from before the notes tells of its last run", () => {
  expect(told(row({ claimedAt: at(2), owner: "w-9" }))).toEqual(["enqueued", "run w-9 goes on"]);
});
