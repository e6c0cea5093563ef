// Lanes alone: order within a group, parallel groups, fair kinds, and what is returned in which order.
import fc from "fast-check";
import { expect, test } from "vitest";
import { Lanes, type LanesOptions } from "../../../../worker/engine/lanes/lanes.ts";
import { Lease } from "../../../../worker/engine/lease/lease.ts";
import type { Delivery, Outcome } from "../../../../worker/engine/receive/delivery.ts";

const completed: Outcome = { outcome: "completed", replayed: false };
const retried: Outcome = { outcome: "retried", cause: "x", run: 1, delaySeconds: 7 };

function delivery(group: string, name: string, kind = "resize-image"): Delivery {
  const lease = new Lease(0, 60);
  return {
    kind,
    group,
    messageId: name,
    receiptHandle: name,
    receiveCount: 1,
    body: "",
    receiveId: "r",
    lease,
  };
}

/** Lanes whose jobs end when the test says so. */
function setup(options: Partial<LanesOptions> = {}) {
  let nowMs = 0;
  const running = new Map<string, { end: (outcome: Outcome) => void; stop: AbortSignal }>();
  const finished: string[] = [];
  const returned: { names: string[]; delaySeconds: number }[] = [];
  const lanes = new Lanes({
    slots: 2,
    costOf: () => 1,
    monotonic: () => nowMs,
    execute: ({ messageId }, stop) =>
      new Promise((end) => {
        running.set(messageId, { end, stop });
      }),
    finish: async ({ messageId }) => void finished.push(messageId),
    returnToQueue: async (deliveries, delaySeconds) =>
      void returned.push({ names: deliveries.map(({ messageId }) => messageId), delaySeconds }),
    ...options,
  });
  const end = async (name: string, outcome: Outcome) => {
    const job = running.get(name);
    if (job === undefined) throw new Error(`${name} is not running`);
    running.delete(name);
    job.end(outcome);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { lanes, running, finished, returned, end, pass };
}

test("jobs of one group run one after another while another group runs beside them", async () => {
  const { lanes, running, end } = setup();
  lanes.accept([delivery("a", "a1"), delivery("a", "a2"), delivery("b", "b1")]);
  expect([...running.keys()]).toEqual(["a1", "b1"]);
  await end("a1", completed);
  expect([...running.keys()]).toEqual(["b1", "a2"]);
});

test("no more jobs run than there are slots", () => {
  const { lanes, running } = setup();
  lanes.accept(["a", "b", "c", "d"].map((group) => delivery(group, group)));
  expect(running.size).toBe(2);
  expect(lanes.load).toEqual({ busySlots: 2, idleSlots: 0, running: 2, held: 4, groups: 4 });
});

test("when a head fails, it and its followers are returned with the same delay and other lanes go on", async () => {
  const { lanes, running, returned, end } = setup();
  lanes.accept([delivery("a", "a1"), delivery("a", "a2"), delivery("a", "a3"), delivery("b", "b1")]);
  await end("a1", retried);
  expect(returned).toEqual([{ names: ["a1", "a2", "a3"], delaySeconds: 7 }]);
  expect([...running.keys()]).toEqual(["b1"]);
  expect(lanes.load.held).toBe(1);
});

for (const outcome of [{ outcome: "returned" }, { outcome: "lost", cause: "x" }] as const)
  test(`when a head ends as ${outcome.outcome}, its followers do not run: all are returned immediately`, async () => {
    const { lanes, running, returned, end } = setup();
    lanes.accept([delivery("a", "a1"), delivery("a", "a2")]);
    await end("a1", outcome);
    expect(returned).toEqual([{ names: ["a1", "a2"], delaySeconds: 0 }]);
    expect(running.size).toBe(0);
  });

test("the next job of a group waits for the dead letter of the one before, but not for a delete", async () => {
  const sent = Promise.withResolvers<void>();
  const { lanes, running, end } = setup({ finish: () => sent.promise });
  lanes.accept([delivery("a", "a1"), delivery("a", "a2"), delivery("a", "a3")]);
  await end("a1", completed);
  expect([...running.keys()]).toEqual(["a2"]);
  const letter = { cause: "x", runs: 1, jobId: "j", redrives: 0, unsent: true };
  await end("a2", { outcome: "dead-lettered", ...letter });
  expect([...running.keys()]).toEqual([]);
  sent.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  expect([...running.keys()]).toEqual(["a3"]);
});

test("forty suspects that wait for their turns use no slot of eight: an innocent starts at once, and each suspect in its turn", async () => {
  const turns = Array.from({ length: 40 }, () => Promise.withResolvers<void>());
  const started: string[] = [];
  const { lanes } = setup({
    slots: 8,
    execute: async ({ messageId }) => {
      started.push(messageId);
      const turn = turns[Number(messageId.slice(1))];
      const isFirstTry = started.filter((name) => name === messageId).length === 1;
      return turn !== undefined && messageId.startsWith("s") && isFirstTry
        ? { outcome: "waits", until: turn.promise }
        : completed;
    },
  });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  lanes.accept(turns.map((_, index) => delivery(`suspect-${index}`, `s${index}`)));
  await settled();
  expect([started.length, lanes.load.busySlots, lanes.load.held]).toEqual([40, 0, 40]);
  lanes.accept([delivery("innocent", "i1")]);
  await settled();
  expect([started.at(-1), lanes.load.held]).toEqual(["i1", 40]);
  turns[7]?.resolve();
  await settled();
  expect([started.at(-1), lanes.load.held]).toEqual(["s7", 39]);
});

test("a redelivery that arrives while its lane returns messages waits until that is done", async () => {
  const returned = Promise.withResolvers<void>();
  const { lanes, running, end } = setup({ returnToQueue: () => returned.promise });
  lanes.accept([delivery("a", "a1")]);
  await end("a1", retried);
  lanes.accept([delivery("a", "a1-again")]);
  expect([...running.keys()]).toEqual([]);
  returned.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  expect([...running.keys()]).toEqual(["a1-again"]);
});

test("a kind without a slot borrows one while another kind uses all of them, and the borrowed one goes to no other kind", async () => {
  const { lanes, running, end } = setup({ slots: 2 });
  lanes.accept(Array.from({ length: 20 }, (_, index) => delivery(`g${index}`, `flood${index}`, "flood")));
  lanes.accept([delivery("x", "rare1", "rare"), delivery("y", "rare2", "rare")]);
  expect([...running.keys()]).toEqual(["flood0", "flood1", "rare1"]);
  expect(lanes.load).toMatchObject({ busySlots: 2, idleSlots: 0, running: 3 });
  await end("rare1", completed);
  expect([...running.keys()]).toEqual(["flood0", "flood1", "rare2"]);
  await end("rare2", completed);
  expect([...running.keys()]).toEqual(["flood0", "flood1"]);
});

test("the next slot goes to the kind that uses fewest: kinds reach equal shares, however long their jobs are", async () => {
  const { lanes, running, end } = setup({ slots: 4 });
  const flood = (kind: string) =>
    lanes.accept(Array.from({ length: 20 }, (_, index) => delivery(`g${index}`, `${kind}${index}`, kind)));
  flood("slow");
  flood("quick");
  expect([...running.keys()]).toEqual(["slow0", "slow1", "slow2", "slow3", "quick0"]);
  for (let quick = 0; quick < 5; quick += 1) await end(`quick${quick}`, completed);
  expect([...running.keys()]).toEqual(["slow0", "slow1", "slow2", "slow3", "quick5"]);
  for (const name of ["slow0", "slow1", "quick5", "quick6"]) await end(name, completed);
  expect([...running.keys()]).toEqual(["slow2", "slow3", "quick7", "quick8"]);
  await end("slow2", completed);
  expect([...running.keys()]).toEqual(["slow3", "quick7", "quick8", "slow4"]);
});

test("a busy group gives up its slot after each job while other groups wait", async () => {
  const { lanes, running, end } = setup({ slots: 1 });
  lanes.accept([delivery("hot", "h1"), delivery("hot", "h2"), delivery("cold", "c1")]);
  await end("h1", completed);
  expect([...running.keys()]).toEqual(["c1"]);
});

test("refusing a kind returns its waiting messages, lets its running job end and returns later messages too", async () => {
  const { lanes, running, returned, finished, end } = setup({ slots: 1 });
  lanes.accept([delivery("a", "a1"), delivery("a", "a2"), delivery("b", "b1"), delivery("b", "b2")]);
  await lanes.refuse(() => true);
  expect(returned.map(({ names }) => names)).toEqual([["a2"], ["b1", "b2"]]);
  expect(lanes.roomFor("resize-image")).toBe(0);
  lanes.accept([delivery("a", "a3")]);
  await end("a1", completed);
  await lanes.empty();
  expect(finished).toEqual(["a1"]);
  expect(returned.at(-1)?.names).toEqual(["a3"]);
  expect(running.size).toBe(0);
});

test("lanes whose messages were returned no longer count as work that waits for a slot", async () => {
  const { lanes, end } = setup({ slots: 3, costOf: (kind) => (kind === "long" ? 2 : 1) });
  lanes.accept([delivery("a", "a1", "short"), delivery("b", "b1", "long"), delivery("c", "c1", "long")]);
  await end("a1", completed);
  expect([lanes.starved, lanes.load.idleSlots]).toEqual([false, 1]);
  await lanes.refuse((kind) => kind === "long");
  expect(lanes.starved).toBe(true);
  expect(lanes.roomFor("short")).toBe(30);
});

test("aborting reaches every running job", () => {
  const { lanes, running } = setup();
  lanes.accept([delivery("a", "a1"), delivery("b", "b1")]);
  lanes.abort(new Error("over"));
  expect([...running.values()].map(({ stop }) => stop.aborted)).toEqual([true, true]);
});

test("more is received ahead while slots are idle, so that one long group cannot hide the others", () => {
  const { lanes } = setup({ slots: 4 });
  lanes.accept(Array.from({ length: 12 }, (_, index) => delivery("one", `m${index}`)));
  expect(lanes.starved).toBe(true);
  expect(lanes.roomFor("resize-image")).toBe(28);
  lanes.accept(["a", "b", "c", "d"].map((group) => delivery(group, group)));
  expect(lanes.starved).toBe(false);
  expect(lanes.roomFor("resize-image")).toBe(0);
});

test("a job that costs more than all slots still runs, and no second job of its kind beside it", async () => {
  const { lanes, running, end } = setup({ slots: 2, costOf: (kind) => (kind === "big" ? 5 : 1) });
  lanes.accept([
    delivery("a", "big1", "big"),
    delivery("b", "big2", "big"),
    delivery("c", "small1", "small"),
  ]);
  expect([...running.keys()]).toEqual(["big1", "small1"]);
  await end("big1", completed);
  expect([...running.keys()]).toEqual(["small1", "big2"]);
});

test("a kind with costly jobs gets its share even if cheap jobs never stop coming", async () => {
  const { lanes, running, end } = setup({ slots: 8, costOf: (kind) => (kind === "big" ? 2 : 1) });
  const big = () => [...running.keys()].filter((name) => name.startsWith("big"));
  lanes.accept(Array.from({ length: 100 }, (_, index) => delivery(`g${index}`, `cheap${index}`, "cheap")));
  lanes.accept(Array.from({ length: 3 }, (_, index) => delivery(`g${index}`, `big${index}`, "big")));
  for (let round = 0; round < 50; round += 1) {
    const [cheapest] = [...running.keys()].filter((name) => !big().includes(name));
    await end(cheapest ?? "", completed);
  }
  expect(big()).toEqual(["big0", "big1"]);
  expect(running.size).toBe(6);
});

test("for kinds with long jobs only what their share can start within seconds is received, for kinds with short jobs dozens ahead", async () => {
  const { lanes, end, pass } = setup({ slots: 8 });
  const accept = (kind: string, count: number) =>
    lanes.accept(Array.from({ length: count }, (_, index) => delivery(`g${index}`, `${kind}${index}`, kind)));
  accept("slow", 10);
  expect([lanes.roomFor("slow"), lanes.worthFew("slow")]).toEqual([14, false]);
  // Eight jobs run for two seconds: eight more may wait, then none. The other kind halves the share.
  pass(2000);
  expect([lanes.roomFor("slow"), lanes.worthFew("slow")]).toEqual([6, true]);
  pass(18_000);
  expect([lanes.roomFor("slow"), lanes.worthFew("slow")]).toEqual([0, false]);
  accept("quick", 1);
  for (let job = 0; job < 8; job += 1) await end(`slow${job}`, completed);
  expect(lanes.load.held).toBe(3);
  expect(lanes.worthFew("slow")).toBe(true);
  expect([lanes.roomFor("quick"), lanes.worthFew("quick")]).toEqual([79, true]);
});

test("once the last slot is taken, only as much is received ahead as for slots that all have work", () => {
  const { lanes } = setup({ slots: 2 });
  lanes.accept([delivery("a", "a1"), delivery("b", "b1")]);
  expect(lanes.load.idleSlots).toBe(0);
  expect(lanes.roomFor("resize-image")).toBe(8);
});

test("a group whose waiting messages were returned runs again once its kind is no longer refused", async () => {
  const { lanes, running, returned } = setup({ slots: 1 });
  lanes.accept([delivery("a", "a1"), delivery("b", "b1")]);
  await lanes.refuse(() => true);
  expect(returned.map(({ names }) => names)).toEqual([["b1"]]);
  await lanes.refuse(() => false);
  lanes.accept([delivery("b", "b1-again", "other-kind"), delivery("b", "b1-again-too")]);
  lanes.abort(new Error("over"));
  expect(lanes.load.held).toBe(3);
  expect([...running.keys()]).toEqual(["a1", "b1-again"]);
  running.get("a1")?.end(completed);
  await new Promise((resolve) => setImmediate(resolve));
  expect([...running.keys()]).toContain("b1-again-too");
});

test("refusing is over only when all waiting messages have been returned", async () => {
  const answered = Promise.withResolvers<void>();
  const { lanes } = setup({ slots: 1, returnToQueue: () => answered.promise });
  lanes.accept([delivery("a", "a1"), delivery("a", "a2"), delivery("b", "b1")]);
  let over = false;
  const refused = lanes
    .refuse(() => true)
    .then(() => {
      over = true;
    });
  await new Promise((resolve) => setImmediate(resolve));
  expect([over, lanes.load.held]).toEqual([false, 3]);
  answered.resolve();
  await refused;
  expect(lanes.load.held).toBe(1);
});

test("refused messages are returned group by group, and groups of two kinds are two groups even under one name", async () => {
  const { lanes, returned } = setup();
  await lanes.refuse(() => true);
  lanes.accept([
    delivery("a", "picture1", "resize-image"),
    delivery("a", "mail1", "parse-mail"),
    delivery("a", "picture2", "resize-image"),
  ]);
  expect(returned.map(({ names }) => names)).toEqual([["picture1", "picture2"], ["mail1"]]);
});

test("whoever waits for a change is told when something outside the lanes changes, and when a message leaves them", async () => {
  const deleted = Promise.withResolvers<void>();
  const { lanes, end } = setup({ finish: () => deleted.promise });
  const woken = lanes.changed();
  lanes.wake();
  await woken;
  lanes.accept([delivery("a", "a1")]);
  await end("a1", completed);
  let empty = false;
  const emptied = lanes.empty().then(() => {
    empty = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(empty).toBe(false);
  deleted.resolve();
  await emptied;
  expect(lanes.load.held).toBe(0);
});

test("messages count as held until SQS has answered their return, so that a drain does not end before", async () => {
  const answered = Promise.withResolvers<void>();
  const { lanes, end } = setup({ returnToQueue: () => answered.promise });
  lanes.accept([delivery("a", "a1"), delivery("a", "a2")]);
  await end("a1", retried);
  expect(lanes.load).toMatchObject({ running: 0, held: 2 });
  answered.resolve();
  await lanes.empty();
  expect(lanes.load.held).toBe(0);
});

test("while a lane's messages are being returned, its slot serves another lane", async () => {
  const { lanes, running, end } = setup({ slots: 1, returnToQueue: () => new Promise(() => {}) });
  lanes.accept([delivery("a", "a1"), delivery("b", "b1")]);
  await end("a1", retried);
  expect([...running.keys()]).toEqual(["b1"]);
});

test("a job keeps its slot until its dead letter is sent", async () => {
  const sent = Promise.withResolvers<void>();
  const { lanes, running, end } = setup({ slots: 1, finish: () => sent.promise });
  lanes.accept([delivery("a", "a1"), delivery("b", "b1")]);
  const letter = { cause: "x", runs: 1, jobId: "j", redrives: 0, unsent: true };
  await end("a1", { outcome: "dead-lettered", ...letter });
  expect([lanes.load.busySlots, [...running.keys()]]).toEqual([1, []]);
  sent.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  expect([...running.keys()]).toEqual(["b1"]);
});

test("a kind with short jobs stays one however long ago they ended: time that passes between jobs is no job's", async () => {
  const { lanes, end, pass } = setup({ slots: 4 });
  const accept = (kind: string) =>
    lanes.accept(["a", "b", "c", "d", "e"].map((group) => delivery(group, `${kind}-${group}`, kind)));
  accept("quick");
  for (const group of ["a", "b", "c", "d", "e"]) await end(`quick-${group}`, completed);
  pass(3_600_000);
  accept("other");
  expect(lanes.starved).toBe(false);
  expect(lanes.roomFor("quick")).toBe(12);
});

test("in whatever order jobs end, no group ever has two running jobs and none runs out of order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 60 }),
      fc.infiniteStream(fc.nat()),
      fc.integer({ min: 1, max: 6 }),
      async (groups, choices, slots) => {
        const runningGroups = new Set<string>();
        const last = new Map<string, number>();
        const jobs: { group: string; end: (outcome: Outcome) => void }[] = [];
        const lanes = new Lanes({
          slots,
          costOf: () => 1,
          monotonic: () => 0,
          execute: ({ group, messageId }) => {
            expect(runningGroups.has(group)).toBe(false);
            expect(Number(messageId)).toBeGreaterThan(last.get(group) ?? -1);
            last.set(group, Number(messageId));
            runningGroups.add(group);
            return new Promise((end) => void jobs.push({ group, end }));
          },
          finish: async () => {},
          returnToQueue: async () => {},
        });
        lanes.accept(groups.map((group, index) => delivery(String(group), String(index))));
        while (jobs.length > 0) {
          const choice = choices.next().value ?? 0;
          const [job] = jobs.splice(choice % jobs.length, 1);
          runningGroups.delete(job?.group ?? "");
          job?.end(choice % 5 === 0 ? retried : completed);
          await new Promise((resolve) => setImmediate(resolve));
        }
        expect(lanes.load).toMatchObject({ running: 0, held: 0, busySlots: 0 });
      },
    ),
    { numRuns: 200 },
  );
});
