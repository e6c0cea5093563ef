// Progress of a submission on a terminal and elsewhere, with fake timers.
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startProgress } from "../../../scripts/cli/progress.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** What erases the line of the bar and leaves the cursor there, in one synchronised update. */
const eraseBar = "\u001b[?2026h\u001b[2K\u001b[1A\u001b[2K\u001b[G\u001b[?2026l";

/** A stream that remembers; with the parts of a terminal where it is one. */
function stream(isTTY: boolean) {
  const written: string[] = [];
  const made = new PassThrough().on("data", (chunk) => written.push(String(chunk)));
  const terminal = {
    isTTY,
    columns: 100,
    cursorTo: () => true,
    clearLine: () => true,
    moveCursor: () => true,
  };
  return { stream: Object.assign(made, terminal), text: () => written.join("") };
}

test("without a terminal, a plain line is written every five seconds, and none after the stop", () => {
  const { stream: out, text } = stream(false);
  const progress = startProgress(out, 500, true);
  progress.show({ total: 500, submitted: 120, ended: 80 });
  expect(text()).toBe("");
  vi.advanceTimersByTime(5000);
  expect(text()).toBe("submit: 120 of 500 submitted, 80 done\n");
  progress.show({ total: 500, submitted: 500, ended: 400 });
  vi.advanceTimersByTime(5000);
  progress.stop();
  vi.advanceTimersByTime(60_000);
  expect(text()).toBe("submit: 120 of 500 submitted, 80 done\nsubmit: 500 of 500 submitted, 400 done\n");
});

test("without --wait, the line does not count what is done", () => {
  const { stream: out, text } = stream(false);
  const progress = startProgress(out, 3, false);
  progress.show({ total: 3, submitted: 2, ended: 2 });
  vi.advanceTimersByTime(5000);
  progress.stop();
  expect(text()).toBe("submit: 2 of 3 submitted\n");
});

test("on a terminal there is a bar, which makes room for lines and is erased in the end", () => {
  const { stream: out, text } = stream(true);
  const progress = startProgress(out, 4, true);
  progress.show({ total: 4, submitted: 3, ended: 1 });
  vi.advanceTimersByTime(1000);
  expect(text()).toContain("1/4 done, 3 submitted");
  const before = text().length;
  progress.around(() => out.write("a line\n"));
  const [erased, drawn] = text().slice(before).split("a line\n");
  expect(erased).toBe(eraseBar);
  expect(drawn).toMatch(/━+┄+ 1\/4 done, 3 submitted, \d+ s\n/);
  progress.stop();
  const after = text().length;
  vi.advanceTimersByTime(1000);
  expect(text().slice(0, after).endsWith(eraseBar)).toBe(true);
  expect(text().slice(after)).not.toContain("done");
});
