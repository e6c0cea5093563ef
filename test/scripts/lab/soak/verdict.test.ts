import fc from "fast-check";
import { expect, test } from "vitest";
import type { Sample, Usage } from "../../../../scripts/lab/soak/samples.ts";
import { trendOf } from "../../../../scripts/lab/soak/trend.ts";
import { judgeTrends, problemsOf, warmUpMinutes } from "../../../../scripts/lab/soak/verdict.ts";

const megabyte = 1024 ** 2;
const nothingLeft = {
  lost: 0,
  deadLettered: 0,
  unfinishedJobs: 0,
  messages: 0,
  processes: 0,
  temporaryFiles: 0,
};

function held(rss: number, heap: number, files: number, sockets = 0): Usage {
  return {
    processes: 1,
    rssBytes: rss * megabyte,
    heapBytes: heap * megabyte,
    externalBytes: 0,
    files,
    sockets,
    handles: 0,
  };
}

/** One hour in windows of a minute. `at` gives the values of worker and cloud alike. */
const hour = (at: (minute: number) => Usage): Sample[] =>
  Array.from({ length: 60 }, (_, index) => ({
    minute: index + 1,
    roles: { worker: at(index + 1), cloud: at(index + 1) },
    temporaryFiles: 0,
  }));

/** Ten megabytes up and down without a trend. */
const wobble = (minute: number) => 10 * Math.sin(minute * 2.4);

test("the line through points on a line has its slope, for any line", () => {
  const number = fc.double({ min: -1000, max: 1000, noNaN: true });
  fc.assert(
    fc.property(number, number, fc.integer({ min: 3, max: 80 }), (slope, start, count) => {
      const points = Array.from({ length: count }, (_, minute) => ({
        minute,
        value: start + slope * minute,
      }));
      const trend = trendOf(points);
      expect(trend?.slope).toBeCloseTo(slope, 6);
      expect(trend?.standardError).toBeLessThan(1e-6);
    }),
  );
});

test("fewer than three points, or points at one moment, have no slope", () => {
  expect(trendOf([])).toBeUndefined();
  expect(
    trendOf([
      { minute: 0, value: 1 },
      { minute: 1, value: 2 },
    ]),
  ).toBeUndefined();
  const moment = { minute: 5, value: 1 };
  expect(trendOf([moment, moment, moment])).toBeUndefined();
});

test("an hour in which memory goes up and down by 10 MB is flat", () => {
  const trends = judgeTrends(
    hour((minute) => held(200 + wobble(minute), 40, 50)),
    60,
  );
  expect(trends.map(({ holds }) => holds)).not.toContain(false);
  expect(problemsOf(trends, nothingLeft, true)).toEqual([]);
});

test("a leak of 1 MB per minute is found despite the same ups and downs, and named", () => {
  const trends = judgeTrends(
    hour((minute) => held(200 + wobble(minute) + minute, 40, 50)),
    60,
  );
  expect(problemsOf(trends, nothingLeft, true)).toEqual([
    expect.stringMatching(/^worker rss grew by (0\.9|1\.0)\d MB per minute/),
    expect.stringMatching(/^cloud rss grew by/),
  ]);
});

test("a descriptor lost every five minutes is found", () => {
  const trends = judgeTrends(
    hour((minute) => held(200, 40, 50 + Math.floor(minute / 5))),
    60,
  );
  expect(problemsOf(trends, nothingLeft, true)).toEqual([
    expect.stringContaining("worker files grew by 0.20 files per minute"),
    expect.stringContaining("cloud files"),
  ]);
});

test("connections that come and go with the load are no leak, and sockets that stay are", () => {
  const connections = (minute: number) => 200 + 30 * Math.sin(minute * 2.4) + minute / 8;
  const judged = (leaked: number) =>
    judgeTrends(
      hour((minute) => held(200, 40, 50, connections(minute) + leaked * minute)),
      60,
    ).find(({ role, quantity }) => role === "cloud" && quantity === "sockets");
  expect(judged(0)).toMatchObject({ holds: true, trend: { slope: expect.closeTo(0.125, 1) } });
  expect(judged(1)).toMatchObject({ holds: false, trend: { slope: expect.closeTo(1.125, 1) } });
});

test("growth that ends with the warm-up is not judged", () => {
  expect(warmUpMinutes(60)).toBe(15);
  const trends = judgeTrends(
    hour((minute) => held(200 + 10 * Math.min(minute, 14), 40, 50)),
    60,
  );
  expect(problemsOf(trends, nothingLeft, true)).toEqual([]);
});

test("a soak of one minute judges no slope", () => {
  const windows = hour((minute) => held(200 * minute, 40, 50)).map((sample) => ({
    ...sample,
    minute: sample.minute / 60,
  }));
  expect(judgeTrends(windows, 1).map(({ holds }) => holds)).toEqual(judgeTrends([], 1).map(() => null));
});

test("anything lost or left behind is a problem, and so is a missing oldest worker", () => {
  for (const name of Object.keys(nothingLeft))
    expect(problemsOf([], { ...nothingLeft, [name]: 1 }, true)).toEqual([`${name}: 1, must be 0`]);
  expect(problemsOf([], nothingLeft, false)).toHaveLength(1);
});
