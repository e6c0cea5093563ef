// What rows and log say about an outage. Times are seconds after its beginning; it lasts sixty.
import { expect, test } from "vitest";
import type { Applied } from "../../../../../scripts/control/local-control.ts";
import { type EndedJob, judgeOutage } from "../../../../../scripts/lab/drill/outage/evidence.ts";

const start = Date.UTC(2026, 0, 1);
const at = (seconds: number) => new Date(start + seconds * 1000).toISOString();
const times = { startedAt: start, endedAt: start + 60_000 };

function job(
  messageId: string,
  seconds: [enqueued: number, claimed: number, ended: number],
  more = {},
): EndedJob {
  const [enqueued, claimed, ended] = seconds;
  return {
    kind: "count-words",
    group: "g",
    status: "completed",
    messageId,
    enqueuedAt: at(enqueued),
    claimedAt: at(claimed),
    endedAt: at(ended),
    failures: 0,
    ...more,
  };
}

/** Receives in this order; each may bring several messages. */
const received = (...batches: string[][]): Applied[] =>
  batches.map((messages, seq) => ({
    seq,
    at: start,
    service: "sqs",
    action: "ReceiveMessage",
    status: 200,
    summary: { messages },
  }));

test("a kind's recovery counts the jobs that had been enqueued and not ended when the outage ended", () => {
  const jobs = [
    job("before", [1, 2, 50]),
    job("first", [10, 61, 62.5]),
    job("last", [59, 80, 90]),
    job("after", [61, 61, 61.1]),
    job("other", [30, 70, 75], { kind: "log-words" }),
  ];
  expect(judgeOutage(jobs, [], times).kinds).toEqual([
    { kind: "count-words", waited: 2, firstSeconds: 2.5, lastSeconds: 30 },
    { kind: "log-words", waited: 1, firstSeconds: 15, lastSeconds: 15 },
  ]);
});

test("dead letters and failures of all jobs are counted", () => {
  const jobs = [
    job("a", [1, 2, 3], { status: "dead-lettered", failures: 5 }),
    job("b", [1, 2, 3], { status: "rejected" }),
    job("c", [1, 2, 3], { failures: 1 }),
  ];
  expect(judgeOutage(jobs, [], times)).toMatchObject({ ended: 3, deadLettered: 1, failures: 6 });
});

test("a group is in order when each job began after the one before it in the queue had ended, whatever was received again", () => {
  const log = received(["a", "b"], ["a"], ["c"]);
  const inOrder = [job("a", [1, 5, 6]), job("b", [1, 6, 7]), job("c", [1, 8, 9])];
  expect(judgeOutage(inOrder, log, times)).toMatchObject({ groups: 1, outOfOrder: 0 });
  expect(judgeOutage(inOrder.toReversed(), log, times)).toMatchObject({ groups: 1, outOfOrder: 0 });
});

test("a job that began before the one before it had ended is out of order; jobs of other groups and kinds are not", () => {
  const log = received(["a", "b", "c", "d"]);
  const jobs = [
    job("a", [1, 5, 6]),
    job("b", [1, 5.5, 7]),
    job("c", [1, 2, 3], { group: "other" }),
    job("d", [1, 2, 3], { kind: "log-words" }),
  ];
  expect(judgeOutage(jobs, log, times)).toMatchObject({ groups: 1, outOfOrder: 1 });
});
