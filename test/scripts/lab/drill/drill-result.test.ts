import { expect, test } from "vitest";
import { type DrillResult, problemsOf, timesOf } from "../../../../scripts/lab/drill/drill-result.ts";
import { reportOf } from "../../../../scripts/lab/drill/report.ts";

const none = { count: 0, p50Ms: null, p99Ms: null, maxMs: null };
const jobs = { fed: 40, completed: 40, rejected: 0, deadLettered: 0, lost: 0, counted: 40, aborted: 0 };
const good: Omit<DrillResult, "problems"> = {
  v: 1,
  drill: "scale-in",
  fleet: "fifo-fleet",
  worker: { instance: "i-1", process: 7 },
  seconds: 0,
  leaseSeconds: 60,
  held: 12,
  landed: 0,
  finished: 8,
  handedBack: 4,
  aborted: 0,
  takenOver: 0,
  left: 0,
  pickedUp: timesOf([30, 10, 20, 40]),
  takenOverAfter: none,
  drainSeconds: 2,
  deadlineSeconds: 120,
  lifecycle: { completed: 1, afterSeconds: 2.5 },
  exit: { code: 0, signal: null, afterSeconds: 3 },
  announced: null,
  refusedWrites: 0,
  jobs,
};

test("a scale-in holds when everything is settled, then the action completed once, then the process exits", () => {
  expect(problemsOf(good)).toEqual([]);
  expect(reportOf({ ...good, problems: [] })).toContain(
    "returned    4, 4 received by another worker: median 30 ms, p99 40 ms, slowest 40 ms",
  );
});

const broken: [what: string, change: Partial<DrillResult>, problem: RegExp][] = [
  [
    "a job without an outcome",
    { jobs: { ...jobs, completed: 39, counted: 39, lost: 1 } },
    /1 jobs have no outcome/,
  ],
  [
    "a picture counted twice",
    { jobs: { ...jobs, counted: 41 } },
    /40 inputs were completed, but the tables count 41/,
  ],
  ["a good picture rejected", { jobs: { ...jobs, completed: 39, counted: 39, rejected: 1 } }, /rejected/],
  ["a dead letter", { jobs: { ...jobs, completed: 39, counted: 39, deadLettered: 1 } }, /dead-lettered/],
  ["no work at all", { jobs: { ...jobs, fed: 0, completed: 0, counted: 0 } }, /nothing was fed/],
  ["a worker that does not exit", { exit: null }, /did not exit before its deadline/],
  ["a worker that fails", { exit: { code: 1, signal: null, afterSeconds: 3 } }, /exited with code 1, not 0/],
  ["a worker that is late", { exit: { code: 0, signal: null, afterSeconds: 121 } }, /its deadline was 120 s/],
  ["a message kept", { left: 1 }, /1 messages were neither finished nor returned/],
  ["a lease that expired during a drain", { takenOver: 2 }, /leases of 2 messages expired/],
  ["no lifecycle action", { lifecycle: { completed: 0, afterSeconds: null } }, /completed 0 times/],
  ["two lifecycle actions", { lifecycle: { completed: 2, afterSeconds: 3 } }, /completed 2 times/],
  [
    "an action completed too early",
    { lifecycle: { completed: 1, afterSeconds: 1 } },
    /before the last message/,
  ],
  [
    "an exit on a recommendation",
    { drill: "rebalance", announced: "cautious" },
    /exited because of a recommendation/,
  ],
  [
    "a recommendation that was ignored",
    { drill: "rebalance", exit: null, announced: "ready" },
    /announced the state ready/,
  ],
  ["a lease lost to slowness", { drill: "slow-sqs", exit: null, takenOver: 1 }, /1 lease expired/],
  ["work that nobody takes over", { drill: "crash", left: 3 }, /3 messages were not taken over/],
];

for (const [what, change, problem] of broken)
  test(`${what} is a problem`, () => {
    expect(problemsOf({ ...good, ...change }).join("\n")).toMatch(problem);
  });

const outage: NonNullable<DrillResult["outage"]> = {
  service: "s3",
  recoveredSeconds: 4.5,
  refusedCalls: 567,
  kinds: [
    { kind: "resize-image", waited: 130, firstSeconds: 2.9, lastSeconds: 41.5 },
    { kind: "store-file", waited: 65, firstSeconds: 4.5, lastSeconds: 45.8 },
  ],
  ended: 550,
  deadLettered: 0,
  failures: 0,
  groups: 7,
  outOfOrder: 0,
};
const away = { ...good, drill: "outage", exit: null, takenOver: 3, left: 2, outage } as const;

test("an outage holds when every kind went on soon, nothing died and every group stayed in order", () => {
  expect(problemsOf(away)).toEqual([]);
  const report = reportOf({ ...away, problems: [] });
  expect(report).toContain("recovered   every kind ended a job within 4.5 s of the return of s3");
  expect(report).toContain("resize-image   130 waited; the first ended after 2.9 s, the last after 41.5 s");
  expect(report).not.toContain("lease");
});

test("an input that its entrance did not take may have had its effect; one that nobody sent may not", () => {
  const refusing = { ...jobs, refused: 1, counted: 41 };
  expect(problemsOf({ ...away, jobs: refusing })).toEqual([]);
  expect(reportOf({ ...away, jobs: refusing, problems: [] })).toContain("0 lost (1 more were not taken)");
  expect(problemsOf({ ...away, jobs: { ...refusing, counted: 42 } })).toHaveLength(1);
});

const late = { kind: "parse-mail", waited: 1, firstSeconds: 30.1, lastSeconds: 30.1 };
test.each<[what: string, change: Partial<typeof outage>, problem: string]>([
  [
    "a kind that goes on late",
    { kinds: [...outage.kinds, late] },
    "the next parse-mail ended 30.1 s after s3 was back",
  ],
  ["a dead letter of any kind", { deadLettered: 1 }, "1 jobs of all kinds were dead-lettered"],
  [
    "a group out of order",
    { outOfOrder: 2 },
    "2 jobs began before the one before them in their group had ended",
  ],
])("%s after an outage is a problem", (_, change, problem) => {
  expect(problemsOf({ ...away, outage: { ...outage, ...change } })).toEqual([problem]);
});

test.each([
  [{ code: 0, signal: null }, 1, []],
  [{ code: 0, signal: null }, 0, ["the worker exited"]],
  [{ code: 1, signal: null }, 1, ["the worker exited"]],
  [{ code: null, signal: "SIGKILL" as const }, 0, ["the worker exited"]],
])(
  "a worker that ends with %j and %i lifecycle actions during an outage was taken away, or that is a problem",
  (end, completed, problems) => {
    const exit = { ...end, afterSeconds: 30 };
    const lifecycle = { completed, afterSeconds: completed === 0 ? null : 29 };
    expect(problemsOf({ ...away, exit, lifecycle })).toEqual(problems);
  },
);
