// A bounded run on a fake clock: it ends with its time, its lease, the drain or its work, whichever comes first.
import { expect, test } from "vitest";
import { boundedRun } from "../../../../worker/engine/execute/bounded-run.ts";
import { RunTimedOut } from "../../../../worker/engine/execute/run-errors.ts";
import { createFakeClock } from "../../../support/fake-clock.ts";

const never = () => new Promise<never>(() => {});

test("work that ends in time gives its value and leaves no timer behind", async () => {
  const clock = createFakeClock();
  expect(await boundedRun({ clock, seconds: 5, signals: [] }, async () => "done")).toBe("done");
  expect(clock.sleeping()).toBe(0);
});

test("work that ignores its signal is left behind when its time is up", async () => {
  const clock = createFakeClock();
  const run = boundedRun({ clock, seconds: 5, signals: [] }, never);
  const failed = expect(run).rejects.toThrow(RunTimedOut);
  await clock.advance(5000);
  await failed;
});

test("work that obeys its signal learns that its time is up", async () => {
  const clock = createFakeClock();
  let reason: unknown;
  const run = boundedRun({ clock, seconds: 5, signals: [] }, (signal) => {
    signal.addEventListener("abort", () => {
      reason = signal.reason;
    });
    return never();
  });
  const failed = expect(run).rejects.toThrow("longer than 5 seconds");
  await clock.advance(5000);
  await failed;
  expect(reason).toBeInstanceOf(RunTimedOut);
});

test("any of the given signals ends the run with its own reason", async () => {
  for (const index of [0, 1]) {
    const clock = createFakeClock();
    const controllers = [new AbortController(), new AbortController()];
    const signals = controllers.map(({ signal }) => signal);
    const run = boundedRun({ clock, seconds: 5, signals }, never);
    controllers[index]?.abort(new Error(`signal ${index}`));
    await expect(run).rejects.toThrow(`signal ${index}`);
    expect(clock.sleeping()).toBe(0);
  }
});

test("work does not start under a signal that has already aborted", async () => {
  let started = false;
  const run = boundedRun(
    { clock: createFakeClock(), seconds: 5, signals: [AbortSignal.abort(new Error("too late"))] },
    async () => {
      started = true;
    },
  );
  await expect(run).rejects.toThrow("too late");
  expect(started).toBe(false);
});

test("a signal that aborts while the work is being started ends the run too", async () => {
  const controller = new AbortController();
  const run = boundedRun({ clock: createFakeClock(), seconds: 5, signals: [controller.signal] }, () => {
    controller.abort(new Error("at once"));
    return never();
  });
  await expect(run).rejects.toThrow("at once");
});

test("work that throws before it returns a promise rejects the run and leaves no timer", async () => {
  const clock = createFakeClock();
  const run = boundedRun({ clock, seconds: 5, signals: [] }, () => {
    throw new Error("thrown at once");
  });
  await expect(run).rejects.toThrow("thrown at once");
  expect(clock.sleeping()).toBe(0);
});

test("work that aborts its own signal and then throws ends with what it threw", async () => {
  const controller = new AbortController();
  const bounds = { clock: createFakeClock(), seconds: 5, signals: [controller.signal] };
  const run = boundedRun(bounds, () => {
    controller.abort(new Error("aborted"));
    throw new Error("thrown");
  });
  await expect(run).rejects.toThrow("thrown");
});

test("work that fails after it was left behind has no effect", async () => {
  const clock = createFakeClock();
  const late = Promise.withResolvers<never>();
  const run = boundedRun({ clock, seconds: 1, signals: [] }, () => late.promise);
  const failed = expect(run).rejects.toThrow(RunTimedOut);
  await clock.advance(1000);
  await failed;
  late.reject(new Error("nobody listens"));
  await clock.advance(0);
});
