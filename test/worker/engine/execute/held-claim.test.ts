// Jobs whose whole effect is their commit: their first run is not claimed before.
import { expect, test } from "vitest";
import type { Handler } from "../../../../worker/engine/job/handler.ts";
import { InputRejected } from "../../../../worker/engine/job/input-rejected.ts";
import type { Ledger } from "../../../../worker/engine/ledger/ledger.ts";
import { bodyOf, done, failing, jobId, request, setupExecution } from "../../../support/execution.ts";

type Run = Partial<Handler<{ text: string }>>;
const setup = (handler: Run = {}, changes: Partial<Ledger> = {}) =>
  setupExecution(handler, changes, { oneCommit: true });

/** A handler that counts its runs. */
function counted(run: Run["run"] = async () => done) {
  const runs = { times: 0 };
  const handler: Run = {
    run: (payload, context) => {
      runs.times += 1;
      return run(payload, context);
    },
  };
  return { runs, handler };
}

test("the first delivery of a new job ends it without a claim, in a row like any other", async () => {
  const { deliver, claims, memory, endings } = setup();
  expect(await deliver({ receiveCount: 1 })).toEqual({ outcome: "completed", replayed: false });
  expect(claims).toEqual([]);
  expect(endings).toHaveLength(1);
  expect(memory.rows.get(jobId)).toMatchObject({ status: "completed", fence: 1, interruptions: 0 });
});

test("an input rejected in such a run is rejected, without a claim", async () => {
  const { deliver, claims } = setup({
    run: async () => {
      throw new InputRejected("too-long", "the text is too long");
    },
  });
  expect(await deliver({ receiveCount: 1 })).toMatchObject({ outcome: "rejected", code: "too-long" });
  expect(claims).toEqual([]);
});

test.each([
  ["a job of another kind", { receiveCount: 1 }, false],
  ["a later delivery", { receiveCount: 2 }, true],
  ["a redriven message", { receiveCount: 1, body: bodyOf({ redrives: 1 }) }, true],
  ["an unreadable message", { receiveCount: 1, body: "{}" }, true],
])("%s is claimed before it runs", async (_, delivery, oneCommit) => {
  const { deliver, claims } = setupExecution({}, {}, { oneCommit });
  await deliver(delivery);
  expect(claims).toHaveLength(1);
});

test("a first run that fails claims the job to note it, and counts", async () => {
  const { deliver, claims, memory } = setup(failing);
  expect(await deliver({ receiveCount: 1 })).toMatchObject({ outcome: "retried", run: 1 });
  expect(claims).toHaveLength(1);
  expect(memory.rows.get(jobId)).toMatchObject({ status: "waiting", fence: 1, failures: 1 });
  await deliver({ receiveCount: 2 });
  expect(await deliver({ receiveCount: 3 })).toMatchObject({ outcome: "dead-lettered", runs: 3 });
});

test("a first run that a drain interrupts leaves no row, since it has not counted", async () => {
  const stop = new AbortController();
  const { deliver, claims, memory } = setup({
    run: (_, { signal }) =>
      new Promise((__, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
        stop.abort(new Error("draining"));
      }),
  });
  expect(await deliver({ receiveCount: 1 }, stop.signal)).toEqual({ outcome: "returned" });
  expect([claims.length, memory.rows.size]).toEqual([0, 0]);
});

test("a job that another message has completed runs in vain, takes no effect again and is recognised", async () => {
  const { runs, handler } = counted();
  const { deliver, endings } = setup(handler);
  await deliver({ receiveCount: 1 });
  expect(await deliver({ receiveCount: 1 })).toEqual({ outcome: "completed", replayed: true });
  expect([runs.times, endings.length]).toEqual([2, 1]);
});

test("a job that another worker has claimed is claimed and run again, and only the newest claim commits", async () => {
  const { runs, handler } = counted();
  const { deliver, memory, claims } = setup(handler);
  const other = await memory.claim(request);
  expect(await deliver({ receiveCount: 1 })).toEqual({ outcome: "completed", replayed: false });
  expect([runs.times, claims.length]).toEqual([2, 1]);
  expect(memory.rows.get(jobId)).toMatchObject({ status: "completed", fence: 2 });
  if (other.state !== "claimed") throw new Error("the other worker has no claim");
  await expect(memory.commit(other.claim, { status: "completed", ...done })).rejects.toThrow(/fence 1/);
});

test("a failure of a job that has ended meanwhile writes nothing: the next delivery finds its end", async () => {
  const { memory, deliver } = setup({
    run: async () => {
      const found = await memory.claim(request);
      if (found.state === "claimed") await memory.commit(found.claim, { status: "completed", ...done });
      throw new Error("broken");
    },
  });
  expect(await deliver({ receiveCount: 1 })).toMatchObject({ outcome: "retried" });
  expect(memory.rows.get(jobId)).toMatchObject({ status: "completed", fence: 1 });
  expect(await deliver({ receiveCount: 2 })).toEqual({ outcome: "completed", replayed: true });
});

test("a commit whose answer was lost is found by the next delivery", async () => {
  const commit: Ledger["commit"] = async (claim, ending) => {
    await world.memory.commit(claim, ending);
    if (claim.presumed) throw new Error("the answer was lost");
  };
  const world = setup({}, { commit });
  expect(await world.deliver({ receiveCount: 1 })).toMatchObject({ outcome: "retried" });
  expect(await world.deliver({ receiveCount: 2 })).toEqual({ outcome: "completed", replayed: true });
  expect(world.endings).toHaveLength(1);
});

test("the first step of a run claims its job; the steps and the commit are under that claim", async () => {
  const { deliver, claims, memory } = setup({
    run: async (_, { steps }) => {
      await steps?.apply(0, []);
      await steps?.apply(1, []);
      return done;
    },
  });
  expect(await deliver({ receiveCount: 1 })).toEqual({ outcome: "completed", replayed: false });
  expect(claims).toHaveLength(1);
  expect(memory.rows.get(jobId)).toMatchObject({ status: "completed", fence: 1, steps: 2 });
});

test("a run that finds steps of another run starts again from where that one stopped", async () => {
  const seen: number[] = [];
  const { deliver, memory } = setup({
    run: async (_, { steps }) => {
      seen.push(steps?.applied ?? -1);
      for (let step = steps?.applied ?? 0; step < 2; step += 1) await steps?.apply(step, []);
      return done;
    },
  });
  const other = await memory.claim(request);
  if (other.state === "claimed") await memory.applyStep(other.claim, 0, []);
  expect(await deliver({ receiveCount: 1 })).toEqual({ outcome: "completed", replayed: false });
  expect(seen).toEqual([0, 1]);
  expect(memory.rows.get(jobId)).toMatchObject({ status: "completed", steps: 2 });
});

test("a mark claims the job", async () => {
  const { deliver, claims } = setup({
    run: async (_, { mark }) => {
      await mark([]);
      return done;
    },
  });
  expect(await deliver({ receiveCount: 1 })).toEqual({ outcome: "completed", replayed: false });
  expect(claims).toHaveLength(1);
});
