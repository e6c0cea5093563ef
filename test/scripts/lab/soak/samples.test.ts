// A window of samples: what it keeps of values that move up and down; and how long the soak keeps what it stores.
import { expect, test } from "vitest";
import { keepMsOf } from "../../../../scripts/lab/soak/record-windows.ts";
import { type Sample, type Usage, windowOf } from "../../../../scripts/lab/soak/samples.ts";
import { shortestJudgedMinutes, warmUpMinutes } from "../../../../scripts/lab/soak/verdict.ts";

const usage = (more: Partial<Usage>): Usage => ({
  processes: 1,
  rssBytes: 0,
  heapBytes: 0,
  externalBytes: 0,
  files: 0,
  sockets: 0,
  handles: 0,
  ...more,
});
const sampleOf = (minute: number, cloud: Usage): Sample => ({ minute, roles: { cloud }, temporaryFiles: 0 });

test("a window has what stays of heap, descriptors and sockets between calls, and the middle of the memory", () => {
  const samples = [
    usage({ heapBytes: 90, files: 300, sockets: 200, rssBytes: 500, handles: 9 }),
    usage({ heapBytes: 60, files: 250, sockets: 210, rssBytes: 520, handles: 7 }),
    usage({ heapBytes: 80, files: 280, sockets: 180, rssBytes: 900, handles: 8 }),
  ].map((cloud, index) => sampleOf(index, cloud));
  const window = windowOf(samples);
  expect(window?.minute).toBe(2);
  expect(window?.roles.cloud).toMatchObject({
    heapBytes: 60,
    files: 250,
    sockets: 180,
    rssBytes: 520,
    handles: 7,
  });
});

test("what a soak stores has stopped growing well before its slopes are judged, and lives for five minutes at most", () => {
  for (const minutes of [shortestJudgedMinutes, 12, 15, 60, 600])
    expect(keepMsOf(minutes)).toBeLessThanOrEqual((warmUpMinutes(minutes) * 60_000) / 2);
  expect([keepMsOf(1), keepMsOf(60), keepMsOf(600)]).toEqual([60_000, 300_000, 300_000]);
});
