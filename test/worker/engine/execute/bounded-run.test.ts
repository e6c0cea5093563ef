// A bounded run on a fake clock: it ends with its time, its lease, the drain or its work, whichever comes first.
import { expect, test } from "vitest";
import { boundedRun, type RunClock } from "../../../../worker/engine/execute/bounded-run.ts";
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

/** A run of ten seconds whose work ends when the test says so, and its clock. */
function pausable() {
  const clock = createFakeClock();
  const work = Promise.withResolvers<string>();
  let own: RunClock | undefined;
  const run = boundedRun({ clock, seconds: 10, signals: [] }, (_, given) => {
    own = given;
    return work.promise;
  });
  const pause = () => {
    if (own === undefined) throw new Error("no clock");
    return own.pause();
  };
  return { clock, run, pause, end: work.resolve };
}

test("pauses are not the run's time; one that lies in another, or ends twice, changes nothing", async () => {
  const { clock, run, pause } = pausable();
  let ended = false;
  const failed = expect(run).rejects.toThrow(RunTimedOut);
  run.catch(() => {
    ended = true;
  });
  await clock.advance(4000);
  const [goOn, goOnInside] = [pause(), pause()];
  await clock.advance(60_000);
  goOnInside();
  goOnInside();
  await clock.advance(60_000);
  goOn();
  await clock.advance(1000);
  const goOnAgain = pause();
  await clock.advance(60_000);
  goOnAgain();
  await clock.advance(4999);
  expect(ended).toBe(false);
  await clock.advance(1);
  await failed;
});

test("a pause that ends after its run starts no clock", async () => {
  const { clock, run, pause, end } = pausable();
  const goOn = pause();
  expect(clock.sleeping()).toBe(0);
  end("done");
  expect(await run).toBe("done");
  goOn();
  expect(clock.sleeping()).toBe(0);
});
